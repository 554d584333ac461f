package org.onion4j.hs.service;

import com.google.common.collect.ImmutableList;
import org.onion4j.circuit.HopTarget;
import org.onion4j.circuit.message.Introduce2;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.HsNtorService;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.hs.introduction.IntroductionPlaintext;

/**
 * Finds out what an introduction says. Costs half a millisecond: not on a channel's reader. Static methods: any thread.
 * Spec: rend-spec-v3, "Processing an INTRODUCE2 cell at the hidden service".
 */
final class IntroductionReader {
    private static final int EXTENSION_CONGESTION_CONTROL = 1;
    private static final int EXTENSION_PROOF_OF_WORK = 2;

    private IntroductionReader() {}

    /** A client that waits at a rendezvous point. Closing it wipes the secret shared with the client. */
    record Request(HsNtorService handshake, Bytes cookie, HopTarget rendezvousPoint) implements AutoCloseable {
        @Override
        public void close() {
            handshake.close();
        }

        /** Says nothing of the client. */
        @Override
        public String toString() {
            return "Request";
        }
    }

    /**
     * Opens an introduction that is authentic, under whichever subcredential the client found us by.
     *
     * @throws RefusedException if it is for none of them
     */
    static HsNtorService open(Introduce2 message, PointKeys keys, ImmutableList<Bytes> subcredentials)
            throws RefusedException {
        if (!message.authKey().equals(keys.authKey())) {
            throw new RefusedException(Refusal.FORGED);
        }
        Bytes header = Introduce2.header(message.authKey(), message.extensions());
        HandshakeException last = null;
        for (Bytes subcredential : subcredentials) {
            try {
                return HsNtorService.open(
                        keys.authKey(), keys.encryption(), subcredential, header, message.encrypted());
            } catch (HandshakeException e) {
                last = e;
            }
        }
        throw new RefusedException(Refusal.FORGED, last);
    }

    /**
     * What an authentic introduction asks for. It takes the handshake over if it succeeds.
     *
     * @param testing whether it is a testing network
     * @throws RefusedException if it makes no sense, or asks for what we have not offered
     */
    static Request read(HsNtorService handshake, NetworkView view, boolean testing) throws RefusedException {
        IntroductionPlaintext plaintext;
        try {
            plaintext = IntroductionPlaintext.decode(handshake.plaintext());
        } catch (WireFormatException e) {
            throw new RefusedException(Refusal.MALFORMED, e);
        }
        // Our descriptor offers neither, so whoever asks for one has not read it.
        boolean unsolicited = plaintext.extensions().stream()
                .anyMatch(extension -> extension.type() == EXTENSION_CONGESTION_CONTROL
                        || extension.type() == EXTENSION_PROOF_OF_WORK);
        if (unsolicited) {
            throw new RefusedException(Refusal.MALFORMED);
        }
        HopTarget target = RendezvousTarget.of(plaintext.linkSpecifiers(), plaintext.onionKey(), view, testing);
        return new Request(handshake, plaintext.cookie(), target);
    }
}
