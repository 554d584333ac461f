package org.onion4j.testnet.relay;

import com.google.common.base.Ticker;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.RelayCommand;
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
    private static final int KEY_TYPE_ED25519 = 2;
    private static final int KEY_LEN = 32;
    private static final int MAC_LEN = 32;
    private static final int SIGNATURE_LEN = 64;
    private static final int LEGACY_ID_LEN = 20;
    private static final byte[] SIGNATURE_PREFIX = "Tor establish-intro cell v1".getBytes(StandardCharsets.US_ASCII);
    private static final int EXTENSION_DOS = 1;
    private static final int DOS_RATE = 1;
    private static final int DOS_BURST = 2;
    /** The largest INTRODUCE1 that is passed on: what fits a message of every layout. */
    private static final int MAX_INTRODUCE_LEN = 490;

    /** Statuses of INTRODUCE_ACK. */
    private static final int SUCCESS = 0;

    private static final int UNKNOWN_SERVICE = 1;
    private static final int BAD_FORMAT = 2;

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
            Request request = read(data, circuit.kh());
            Service former = services.get(request.key);
            if (former != null) {
                former.circuit.close(DestroyReason.FINISHED);
            }
            circuit.setPurpose(RelayCircuit.Purpose.INTRODUCTION_POINT);
            services.put(request.key, new Service(circuit, request.rate));
            keys.put(circuit, request.key);
            circuit.send(0, RelayCommand.INTRO_ESTABLISHED, Bytes.copyOf((byte) 0)); // no extensions
        } catch (WireFormatException e) {
            circuit.close(DestroyReason.PROTOCOL);
        }
    }

    private record Request(Bytes key, IntroductionRate rate) {}

    private Request read(Bytes data, Bytes kh) throws WireFormatException {
        WireReader in = new WireReader(data);
        Bytes key = readKey(in);
        IntroductionRate rate = readExtensions(in);
        int macAt = data.size() - in.remaining();
        Bytes mac = in.bytes(MAC_LEN, "HANDSHAKE_AUTH");
        int signatureLengthAt = macAt + MAC_LEN;
        int signatureLength = in.u16("SIG_LEN");
        if (signatureLength != SIGNATURE_LEN) {
            throw new WireFormatException("ESTABLISH_INTRO with a signature of " + signatureLength + " bytes");
        }
        Bytes signature = in.bytes(SIGNATURE_LEN, "SIG");
        Bytes signed = Bytes.concat(Bytes.copyOf(SIGNATURE_PREFIX), data.slice(0, signatureLengthAt));
        if (!ConstantTime.equal(mac, mac(kh, data.slice(0, macAt))) || !Ed25519.verify(key, signed, signature)) {
            throw new WireFormatException("ESTABLISH_INTRO that proves nothing");
        }
        return new Request(key, rate);
    }

    /** The MAC of onion services: SHA3-256 over the key's length (8 bytes), the key, the message. */
    static byte[] mac(Bytes key, Bytes message) {
        byte[] length = new WireWriter().u64(key.size()).toArray();
        return Digests.sha3Array(length, key.toArray(), message.toArray());
    }

    private static Bytes readKey(WireReader in) throws WireFormatException {
        int type = in.u8("AUTH_KEY_TYPE");
        int length = in.u16("AUTH_KEY_LEN");
        if (type != KEY_TYPE_ED25519 || length != KEY_LEN) {
            throw new WireFormatException("a key of type " + type + " and " + length + " bytes");
        }
        return in.bytes(KEY_LEN, "AUTH_KEY");
    }

    /** Extensions of unknown type are passed over; the one against floods has effect if it makes sense. */
    private IntroductionRate readExtensions(WireReader in) throws WireFormatException {
        IntroductionRate rate = IntroductionRate.unlimited();
        int count = in.u8("N_EXTENSIONS");
        for (int i = 0; i < count; i++) {
            int type = in.u8("EXT_FIELD_TYPE");
            Bytes field = in.bytes(in.u8("EXT_FIELD_LEN"), "EXT_FIELD");
            if (type == EXTENSION_DOS) {
                rate = readRate(field);
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
        int status = forward(data);
        circuit.send(
                0,
                RelayCommand.INTRODUCE_ACK,
                new WireWriter().u16(status).u8(0).toBytes()); // no extensions
    }

    private int forward(Bytes data) {
        if (data.size() > MAX_INTRODUCE_LEN) {
            return BAD_FORMAT;
        }
        Bytes key;
        try {
            key = readIntroduce(data);
        } catch (WireFormatException e) {
            return BAD_FORMAT;
        }
        Service service = services.get(key);
        if (service == null || !service.rate.take()) {
            return UNKNOWN_SERVICE;
        }
        service.circuit.send(0, RelayCommand.INTRODUCE2, data);
        return SUCCESS;
    }

    private static Bytes readIntroduce(Bytes data) throws WireFormatException {
        WireReader in = new WireReader(data);
        Bytes legacy = in.bytes(LEGACY_ID_LEN, "LEGACY_KEY_ID");
        if (!ConstantTime.isZero(legacy.toArray())) {
            throw new WireFormatException("INTRODUCE1 of an older version");
        }
        Bytes key = readKey(in);
        int count = in.u8("N_EXTENSIONS");
        for (int i = 0; i < count; i++) {
            in.skip(1, "EXT_FIELD_TYPE");
            in.skip(in.u8("EXT_FIELD_LEN"), "EXT_FIELD");
        }
        if (in.remaining() == 0) {
            throw new WireFormatException("INTRODUCE1 without an encrypted part");
        }
        return key;
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
