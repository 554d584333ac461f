package org.onion4j.testnet.keys;

import java.security.SecureRandom;
import java.security.SecureRandomSpi;
import org.onion4j.crypto.random.RandomSource;

/** A random source in the form that the platform's key generators ask for. */
public final class JcaRandom extends SecureRandom {
    private static final long serialVersionUID = 1L;

    public JcaRandom(RandomSource source) {
        super(new Spi(source), null);
    }

    private static final class Spi extends SecureRandomSpi {
        private static final long serialVersionUID = 1L;

        private final transient RandomSource source;

        Spi(RandomSource source) {
            this.source = source;
        }

        @Override
        protected void engineSetSeed(byte[] seed) {} // the source has its own

        @Override
        protected void engineNextBytes(byte[] bytes) {
            source.nextBytes(bytes);
        }

        @Override
        protected byte[] engineGenerateSeed(int length) {
            return source.bytes(length);
        }
    }
}
