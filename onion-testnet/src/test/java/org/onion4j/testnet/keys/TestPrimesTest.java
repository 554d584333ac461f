package org.onion4j.testnet.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Digests;

/** The known primes that keys of tests are made of. */
class TestPrimesTest {
    @Test
    void get_eachNumber_isAPrimeOfTheRightSizeAndNoneIsThereTwice() {
        Set<BigInteger> all = new HashSet<>();
        for (int i = 0; i < TestPrimes.count(); i++) {
            BigInteger prime = TestPrimes.get(i);
            assertThat(prime.bitLength()).isEqualTo(TestPrimes.BITS);
            assertThat(prime.testBit(TestPrimes.BITS - 2)).isTrue();
            if (i % 32 == 0) { // all of them would take seconds, and the resource doesn't change
                assertThat(prime.isProbablePrime(10)).isTrue();
            }
            assertThat(prime.mod(BigInteger.valueOf(65537))).isNotEqualTo(BigInteger.ONE);
            all.add(prime);
        }
        assertThat(all).hasSize(1024);
    }

    @Test
    void generate_manyKeys_differAndSign() {
        Set<RsaIdentity> identities = new HashSet<>();
        Bytes digest = Digests.sha256(new byte[] {1});
        for (int i = 0; i < 20; i++) {
            RsaKey key = RsaKey.generate(1024, SeededRandom.of(i, "key"));
            identities.add(key.publicKey().identity());
            assertThat(key.publicKey().bits()).isEqualTo(1024);
            assertThat(key.publicKey().verifyDigest(digest, key.signDigest(digest)))
                    .isTrue();
        }
        assertThat(identities).hasSize(20);
    }
}
