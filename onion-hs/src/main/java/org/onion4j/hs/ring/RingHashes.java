package org.onion4j.hs.ring;

import java.nio.charset.StandardCharsets;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.crypto.primitive.Digests;

/**
 * The places on the ring, 32 bytes each. Static methods: any thread. Spec: rend-spec-v3, "Where to publish a hidden
 * service descriptor"; srv-spec, "Shared random disaster".
 */
final class RingHashes {
    private static final byte[] SERVICE_LABEL = ascii("store-at-idx");
    private static final byte[] DIRECTORY_LABEL = ascii("node-idx");
    private static final byte[] DISASTER_LABEL = ascii("shared-random-disaster");

    private RingHashes() {}

    /** hs_service_index, of a replica counted from 1. */
    static Bytes service(Bytes blindedKey, int replica, TimePeriod period) {
        return Digests.sha3(
                SERVICE_LABEL,
                blindedKey.toArray(),
                new WireWriter().u64(replica).toArray(),
                period.lengthThenNumber().toArray());
    }

    /** hs_relay_index. */
    static Bytes directory(Ed25519Identity identity, Bytes random, TimePeriod period) {
        return Digests.sha3(
                DIRECTORY_LABEL,
                identity.value().toArray(),
                random.toArray(),
                period.numberThenLength().toArray());
    }

    /** What stands in for a shared random value that the authorities could not agree on. */
    static Bytes disaster(TimePeriod period) {
        return Digests.sha3(DISASTER_LABEL, period.lengthThenNumber().toArray());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
