package org.onion4j.crypto.relay;

import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.RunningDigest;

/** The two sets of algorithms of this encryption. */
enum Tor1Form {
    /** Between a client and a relay: AES-128 and SHA-1. */
    RELAY(20, 16) {
        @Override
        RunningDigest digest(SecretBytes seed) {
            return RunningDigest.sha1(seed);
        }
    },
    /** Between a client and an onion service: AES-256 and SHA3-256. */
    ONION_SERVICE(32, 32) {
        @Override
        RunningDigest digest(SecretBytes seed) {
            return RunningDigest.sha3(seed);
        }
    };

    private final int seedLength;
    private final int keyLength;

    Tor1Form(int seedLength, int keyLength) {
        this.seedLength = seedLength;
        this.keyLength = keyLength;
    }

    /** Size of Df and Db in bytes. */
    int seedLength() {
        return seedLength;
    }

    /** Size of Kf and Kb in bytes. */
    int keyLength() {
        return keyLength;
    }

    abstract RunningDigest digest(SecretBytes seed);
}
