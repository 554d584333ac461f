package org.onion4j.testnet.relay;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.EstablishIntro;
import org.onion4j.circuit.message.IntroEstablished;
import org.onion4j.circuit.message.Introduce1;
import org.onion4j.circuit.message.IntroduceAck;
import org.onion4j.circuit.message.MessageExtension;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.primitive.ConstantTime;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.primitive.Ed25519;

/**
 * A relay as introduction point: circuits of onion services by their authentication key, and what clients say to them.
 * Spec: rend-spec-v3, "Introduction protocol". On the relay's loop.
 */
final class IntroductionPoints {
    private static final int DOS_RATE = 1;
    private static final int DOS_BURST = 2;
    /** The largest INTRODUCE1 that is passed on: what fits a message of every layout. */
    private static final int MAX_INTRODUCE_LEN = 490;

    private static final int LEGACY_ID_LEN = 20;

    private final Ticker ticker;
    private final Map<Bytes, Service> services = new HashMap<>();
    private final Map<RelayCircuit, Bytes> keys = new HashMap<>();
    private final Map<RelayCircuit, Boolean> introduced = new HashMap<>();

    private record Service(RelayCircuit circuit, IntroductionRate rate) {}

    /** @param ticker by which the rate of introductions is limited, where a service asks for that */
    IntroductionPoints(Ticker ticker) {
        this.ticker = ticker;
    }

    /** ESTABLISH_INTRO: registers the circuit, in place of one with the same key; one that doesn't prove it is closed. */
    void establish(RelayCircuit circuit, Bytes data) {
        try {
            if (circuit.purpose() != RelayCircuit.Purpose.GENERAL || !circuit.endsHere()) {
                throw new WireFormatException("ESTABLISH_INTRO on a circuit in use");
            }
            EstablishIntro message = (EstablishIntro) decode(RelayCommand.ESTABLISH_INTRO, data);
            check(message, circuit.kh());
            Service former = services.get(message.authKey());
            if (former != null) {
                former.circuit.close(DestroyReason.FINISHED);
            }
            circuit.setPurpose(RelayCircuit.Purpose.INTRODUCTION_POINT);
            services.put(message.authKey(), new Service(circuit, rate(message)));
            keys.put(circuit, message.authKey());
            circuit.send(0, new IntroEstablished(ImmutableList.of()));
        } catch (WireFormatException e) {
            circuit.close(DestroyReason.PROTOCOL);
        }
    }

    private static void check(EstablishIntro message, Bytes kh) throws WireFormatException {
        Bytes authenticated = EstablishIntro.macInput(message.authKey(), message.extensions());
        Bytes signed = EstablishIntro.signatureInput(message.authKey(), message.extensions(), message.handshakeAuth());
        if (!ConstantTime.equal(message.handshakeAuth(), mac(kh, authenticated))
                || !Ed25519.verify(message.authKey(), signed, message.signature())) {
            throw new WireFormatException("ESTABLISH_INTRO that proves nothing");
        }
    }

    /** The MAC of onion services: SHA3-256 over the key's length (8 bytes), the key, the message. */
    static byte[] mac(Bytes key, Bytes message) {
        byte[] length = new WireWriter().u64(key.size()).toArray();
        return Digests.sha3Array(length, key.toArray(), message.toArray());
    }

    /** Extensions of unknown type are passed over; the one against floods has effect if it makes sense. */
    private IntroductionRate rate(EstablishIntro message) {
        IntroductionRate rate = IntroductionRate.unlimited();
        for (MessageExtension extension : message.extensions()) {
            if (extension.type() == MessageExtension.DOS_PARAMETERS) {
                rate = readRate(extension.field());
            }
        }
        return rate;
    }

    private IntroductionRate readRate(Bytes field) {
        OptionalLong rate = OptionalLong.empty();
        OptionalLong burst = OptionalLong.empty();
        try {
            WireReader in = new WireReader(field);
            int count = in.u8("N_PARAMS");
            for (int i = 0; i < count; i++) {
                int type = in.u8("PARAM_TYPE");
                long value = in.u64("PARAM_VALUE");
                if (type == DOS_RATE) {
                    rate = OptionalLong.of(value);
                } else if (type == DOS_BURST) {
                    burst = OptionalLong.of(value);
                } else {
                    return IntroductionRate.unlimited();
                }
            }
        } catch (WireFormatException e) {
            return IntroductionRate.unlimited(); // as if it had not been there
        }
        return IntroductionRate.of(rate.orElse(0), burst.orElse(0), ticker);
    }

    /** INTRODUCE1: to the service, and the outcome to the client. Once on a circuit, and never by a circuit of one hop. */
    void introduce(RelayCircuit circuit, Bytes data) {
        boolean unsuitable = data.size() < LEGACY_ID_LEN
                || circuit.purpose() != RelayCircuit.Purpose.GENERAL
                || !circuit.endsHere()
                || circuit.previousLink().peer().isClient()
                || introduced.put(circuit, true) != null;
        if (unsuitable) {
            circuit.close(DestroyReason.PROTOCOL);
            return;
        }
        circuit.send(0, new IntroduceAck(forward(data), ImmutableList.of()));
    }

    private int forward(Bytes data) {
        if (data.size() > MAX_INTRODUCE_LEN) {
            return IntroduceAck.BAD_FORMAT;
        }
        Introduce1 message;
        try {
            message = (Introduce1) decode(RelayCommand.INTRODUCE1, data);
        } catch (WireFormatException e) {
            return IntroduceAck.BAD_FORMAT;
        }
        Service service = services.get(message.authKey());
        if (service == null || !service.rate.take()) {
            return IntroduceAck.UNKNOWN_SERVICE;
        }
        service.circuit.send(0, RelayCommand.INTRODUCE2, data); // as it is
        return IntroduceAck.SUCCESS;
    }

    private static RelayMessage decode(RelayCommand command, Bytes data) throws WireFormatException {
        return RelayMessage.decode(command, 0, data.toArray(), 0, data.size());
    }

    /** The services that clients are introduced to now, by their authentication keys. */
    ImmutableSet<Bytes> services() {
        return ImmutableSet.copyOf(services.keySet());
    }

    /** The circuit is gone. */
    void remove(RelayCircuit circuit) {
        introduced.remove(circuit);
        Bytes key = keys.remove(circuit);
        if (key != null) {
            services.remove(key);
        }
    }
}
