package org.onion4j.hs.service;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.onion4j.circuit.HopTarget;
import org.onion4j.circuit.message.Introduce2;
import org.onion4j.circuit.message.MessageExtension;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.HsNtorService;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.hs.introduction.IntroductionPlaintext;
import org.onion4j.hs.pow.PowExtension;

/**
 * Finds out what an introduction says. Costs half a millisecond: not on a channel's reader. Static methods: any thread.
 * Spec: rend-spec-v3, "Processing an INTRODUCE2 cell at the hidden service".
 */
final class IntroductionReader {
    private static final int EXTENSION_CONGESTION_CONTROL = 1;

    private IntroductionReader() {}

    /**
     * An introduction that is authentic. Closing it wipes the secret shared with the client.
     *
     * @param keys by which the client has found us
     */
    record Opened(HsNtorService handshake, ServiceKeys keys) implements AutoCloseable {
        @Override
        public void close() {
            handshake.close();
        }

        /** Says nothing of the client. */
        @Override
        public String toString() {
            return "Opened";
        }
    }

    /**
     * A client that waits at a rendezvous point. Closing it wipes the secret shared with the client.
     *
     * @param work which it says to have done, if any: to be looked at
     */
    record Request(Opened opened, Bytes cookie, HopTarget rendezvousPoint, Optional<PowExtension> work)
            implements AutoCloseable {
        HsNtorService handshake() {
            return opened.handshake();
        }

        @Override
        public void close() {
            opened.close();
        }

        /** Says nothing of the client. */
        @Override
        public String toString() {
            return "Request";
        }
    }

    /**
     * Opens an introduction that is authentic, under whichever of our keys the client found us by.
     *
     * @throws RefusedException if it is for none of them
     */
    static Opened open(Introduce2 message, PointKeys keys, ImmutableList<ServiceKeys> known) throws RefusedException {
        if (!message.authKey().equals(keys.authKey())) {
            throw new RefusedException(Refusal.FORGED);
        }
        Bytes header = Introduce2.header(message.authKey(), message.extensions());
        ImmutableList.Builder<Bytes> subcredentials = ImmutableList.builder();
        known.forEach(each -> subcredentials.add(each.subcredential()));
        HsNtorService opened;
        try {
            opened = HsNtorService.open(
                    keys.authKey(), keys.encryption(), subcredentials.build(), header, message.encrypted());
        } catch (HandshakeException e) {
            throw new RefusedException(Refusal.FORGED, e);
        }
        ServiceKeys foundBy = known.stream()
                .filter(each -> each.subcredential().equals(opened.subcredential()))
                .findFirst()
                .orElseThrow(IllegalStateException::new);
        return new Opened(opened, foundBy);
    }

    /**
     * What an authentic introduction asks for. It takes the opened introduction over if it succeeds.
     *
     * @param asksForWork whether our descriptors ask for proof of work
     * @param testing whether it is a testing network
     * @throws RefusedException if it makes no sense, or asks for what we have not offered
     */
    static Request read(Opened opened, NetworkView view, boolean asksForWork, boolean testing) throws RefusedException {
        IntroductionPlaintext plaintext;
        try {
            plaintext = IntroductionPlaintext.decode(opened.handshake().plaintext());
        } catch (WireFormatException e) {
            throw new RefusedException(Refusal.MALFORMED, e);
        }
        Optional<PowExtension> work = work(plaintext.extensions());
        boolean congestionControl =
                plaintext.extensions().stream().anyMatch(one -> one.type() == EXTENSION_CONGESTION_CONTROL);
        // Whoever asks for what our descriptor does not offer has not read it.
        if (congestionControl || (work.isPresent() && !asksForWork)) {
            throw new RefusedException(Refusal.MALFORMED);
        }
        HopTarget target = RendezvousTarget.of(plaintext.linkSpecifiers(), plaintext.onionKey(), view, testing);
        return new Request(opened, plaintext.cookie(), target, work);
    }

    /** One proof of work at most: each costs us some computing. */
    private static Optional<PowExtension> work(ImmutableList<MessageExtension> extensions) throws RefusedException {
        Optional<PowExtension> work = Optional.empty();
        for (MessageExtension each : extensions) {
            if (each.type() != PowExtension.TYPE) {
                continue;
            }
            if (work.isPresent()) {
                throw new RefusedException(Refusal.MALFORMED);
            }
            try {
                work = Optional.of(PowExtension.decode(each.field()));
            } catch (WireFormatException e) {
                throw new RefusedException(Refusal.MALFORMED, e);
            }
        }
        return work;
    }
}
