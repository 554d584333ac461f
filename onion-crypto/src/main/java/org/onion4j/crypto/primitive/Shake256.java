package org.onion4j.crypto.primitive;

import static com.google.common.base.Preconditions.checkState;

import org.bouncycastle.crypto.digests.SHAKEDigest;

/** SHAKE256 with output of any length. Spec: FIPS 202. Any thread. */
public final class Shake256 {
    private Shake256() {}

    /** The output for the parts joined end to end. */
    public static KeyExpansion of(byte[]... parts) {
        SHAKEDigest shake = new SHAKEDigest(256);
        for (byte[] part : parts) {
            shake.update(part, 0, part.length);
        }
        return new Expansion(shake);
    }

    private static final class Expansion implements KeyExpansion {
        private final SHAKEDigest shake;
        private boolean closed;

        Expansion(SHAKEDigest shake) {
            this.shake = shake;
        }

        @Override
        public void fill(byte[] target) {
            checkState(!closed, "the key material has been wiped");
            shake.doOutput(target, 0, target.length);
        }

        @Override
        public void close() {
            closed = true;
            shake.reset(); // zeroes the state and the queue
        }
    }
}
