package org.onion4j.testnet.keys;

import static com.google.common.base.Preconditions.checkArgument;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.primitive.RsaPublicKey;
import org.onion4j.crypto.random.RandomSource;

/**
 * An RSA key pair that signs as this protocol does: PKCS #1 v1.5 padding around the bare digest. Its numbers depend on
 * the random source alone. For networks of tests: nothing here takes constant time. Immutable: any thread.
 */
public final class RsaKey {
    private static final BigInteger EXPONENT = BigInteger.valueOf(65537);
    /** The chance that a number isn't prime is below 2 to the power of minus this. */
    private static final int CERTAINTY = 64;

    private final RsaPublicKey publicKey;
    private final RSAPrivateCrtKeySpec numbers;

    private RsaKey(RsaPublicKey publicKey, RSAPrivateCrtKeySpec numbers) {
        this.publicKey = publicKey;
        this.numbers = numbers;
    }

    /**
     * A pair. Those of 1024 bits are made of {@linkplain TestPrimes known primes} in no time; others are new.
     *
     * @param bits of the modulus, even, at least {@link RsaPublicKey#MIN_BITS}; relay identities have 1024
     */
    public static RsaKey generate(int bits, RandomSource random) {
        checkArgument(bits % 2 == 0 && bits >= RsaPublicKey.MIN_BITS, "RSA key of %s bits", bits);
        SecureRandom source = new JcaRandom(random);
        while (true) {
            boolean known = bits == 2 * TestPrimes.BITS;
            BigInteger p = known ? TestPrimes.any(random) : new BigInteger(bits / 2, CERTAINTY, source);
            BigInteger q = known ? TestPrimes.any(random) : new BigInteger(bits / 2, CERTAINTY, source);
            BigInteger n = p.multiply(q);
            BigInteger p1 = p.subtract(BigInteger.ONE);
            BigInteger q1 = q.subtract(BigInteger.ONE);
            BigInteger phi = p1.multiply(q1);
            if (n.bitLength() != bits || p.equals(q) || !phi.gcd(EXPONENT).equals(BigInteger.ONE)) {
                continue;
            }
            BigInteger d = EXPONENT.modInverse(phi);
            RSAPrivateCrtKeySpec numbers =
                    new RSAPrivateCrtKeySpec(n, EXPONENT, d, p, q, d.mod(p1), d.mod(q1), q.modInverse(p));
            try {
                return new RsaKey(RsaPublicKey.of(n, EXPONENT), numbers);
            } catch (WireFormatException e) {
                throw new IllegalStateException("an RSA key that we made is not one", e);
            }
        }
    }

    /** The public half. */
    public RsaPublicKey publicKey() {
        return publicKey;
    }

    /** The public half as the platform has it. */
    public PublicKey jcaPublicKey() {
        try {
            return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(numbers.getModulus(), EXPONENT));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this platform has no RSA", e);
        }
    }

    /** The private half as the platform has it. */
    public PrivateKey jcaPrivateKey() {
        try {
            return KeyFactory.getInstance("RSA").generatePrivate(numbers);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this platform has no RSA", e);
        }
    }

    /** The signature of a digest, as long as the modulus: what {@link RsaPublicKey#verifyDigest} accepts. */
    public Bytes signDigest(Bytes digest) {
        int length = publicKey.bits() / 8;
        checkArgument(digest.size() <= length - 11, "digest of %s bytes", digest.size());
        byte[] block = new byte[length];
        block[1] = 1;
        Arrays.fill(block, 2, length - digest.size() - 1, (byte) 0xff);
        digest.copyTo(block, length - digest.size());
        BigInteger message = new BigInteger(1, block);
        BigInteger m1 = message.modPow(numbers.getPrimeExponentP(), numbers.getPrimeP());
        BigInteger m2 = message.modPow(numbers.getPrimeExponentQ(), numbers.getPrimeQ());
        BigInteger h = m1.subtract(m2).multiply(numbers.getCrtCoefficient()).mod(numbers.getPrimeP());
        byte[] value = m2.add(h.multiply(numbers.getPrimeQ())).toByteArray();
        byte[] signature = new byte[length];
        int skip = Math.max(0, value.length - length);
        System.arraycopy(value, skip, signature, length - (value.length - skip), value.length - skip);
        return Bytes.copyOf(signature);
    }

    @Override
    public String toString() {
        return "RsaKey(" + publicKey.bits() + " bits)";
    }
}
