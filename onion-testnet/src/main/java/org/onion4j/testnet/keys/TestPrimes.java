package org.onion4j.testnet.keys;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import org.onion4j.crypto.random.RandomSource;

/**
 * Primes of 512 bits that everybody knows, for keys of tests alone: to look for new ones takes a second for a network
 * where the rest takes little more. The resource {@code test-primes-512.bin} holds them one behind another, 64 bytes each,
 * all with their two highest bits set and without 65537 as a factor of what comes before them, so that any two make an
 * RSA key of 1024 bits. Static methods: any thread.
 */
final class TestPrimes {
    /** The size of the primes in bits. */
    static final int BITS = 512;

    private static final String RESOURCE = "test-primes-512.bin";
    private static final int LEN = BITS / 8;

    private TestPrimes() {}

    private static final class Holder {
        static final byte[] ALL = read();

        private static byte[] read() {
            try (InputStream in = TestPrimes.class.getResourceAsStream(RESOURCE)) {
                if (in == null) {
                    throw new IllegalStateException("the resource " + RESOURCE + " is missing");
                }
                return in.readAllBytes();
            } catch (IOException e) {
                throw new IllegalStateException("the resource " + RESOURCE + " cannot be read", e);
            }
        }
    }

    /** How many there are. */
    static int count() {
        return Holder.ALL.length / LEN;
    }

    /** One of them, from 0. */
    static BigInteger get(int index) {
        return new BigInteger(1, Holder.ALL, index * LEN, LEN);
    }

    /** Any of them. */
    static BigInteger any(RandomSource random) {
        return get(random.nextInt(count()));
    }
}
