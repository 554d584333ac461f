package org.onion4j.crypto.primitive;

import static com.google.common.base.Preconditions.checkArgument;

import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc8032.Ed25519.PublicPoint;
import org.onion4j.crypto.bytes.Bytes;

/**
 * Ed25519 signatures: the one place where any is verified, so that certificates, descriptors and link handshakes can't
 * come to different verdicts about the same bytes. Any thread. Spec: RFC 8032, "Ed25519".
 *
 * <p><b>The rule.</b> RFC 8032 leaves room at its edges, and implementations differ there (with or without the cofactor,
 * alone or in a batch, canonical or not). A signature is good here only where every one of those rules says that it is:
 *
 * <ul>
 *   <li>S is less than the order of the group;
 *   <li>the key A and the point R are canonical encodings of points of prime order: no component of small order, not the
 *       neutral element;
 *   <li>[S]B = R + [k]A, with k the SHA-512 of R, A and the message as they were given.
 * </ul>
 *
 * <p>Whoever makes keys and signatures as RFC 8032 says meets all of them. A key that somebody made to fit several
 * verdicts is of no use in any place.
 */
public final class Ed25519 {
    /** Size of a public key in bytes. */
    public static final int PUBLIC_KEY_LEN = org.bouncycastle.math.ec.rfc8032.Ed25519.PUBLIC_KEY_SIZE;
    /** Size of a signature in bytes. */
    public static final int SIGNATURE_LEN = org.bouncycastle.math.ec.rfc8032.Ed25519.SIGNATURE_SIZE;

    private static final BigInteger FIELD = BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));

    private Ed25519() {}

    /**
     * Whether a key made this signature of this message. Values of a wrong size are not good either.
     *
     * @param publicKey {@link #PUBLIC_KEY_LEN} bytes
     * @param signature {@link #SIGNATURE_LEN} bytes
     */
    public static boolean verify(Bytes publicKey, Bytes message, Bytes signature) {
        byte[] array = message.toArray();
        return verify(publicKey, array, 0, array.length, signature);
    }

    /** The same for {@code length} bytes of an array from {@code offset}. */
    public static boolean verify(Bytes publicKey, byte[] message, int offset, int length, Bytes signature) {
        if (signature.size() != SIGNATURE_LEN || publicKey.size() != PUBLIC_KEY_LEN) {
            return false;
        }
        byte[] sig = signature.toArray();
        PublicPoint key = primeOrderPoint(publicKey.toArray());
        return key != null
                && primeOrderPoint(Arrays.copyOf(sig, PUBLIC_KEY_LEN)) != null
                && org.bouncycastle.math.ec.rfc8032.Ed25519.verify(sig, 0, key, message, offset, length);
    }

    /** Whether the bytes are the canonical encoding of a point of the curve, of whatever order. */
    public static boolean isPoint(Bytes publicKey) {
        return publicKey.size() == PUBLIC_KEY_LEN && EdwardsPoint.isEncoding(publicKey);
    }

    /** Whether the bytes are a public key that signatures can be good under: canonical and of prime order. */
    public static boolean isValidPublicKey(Bytes publicKey) {
        return publicKey.size() == PUBLIC_KEY_LEN && primeOrderPoint(publicKey.toArray()) != null;
    }

    /**
     * The Ed25519 public key at the same place as an X25519 one: y = (u - 1) / (u + 1), for a cross-certificate by an
     * X25519 key. Not every value is a point of the curve; {@link #verify} looks at that. Spec: dir-spec, "Converting a
     * curve25519 public key to an ed25519 public key".
     *
     * @param x25519 {@link X25519#LEN} bytes; the highest bit is ignored
     * @param signBit 0 or 1, the sign of the x coordinate, which X25519 doesn't have
     */
    public static Bytes fromX25519(Bytes x25519, int signBit) {
        checkArgument(x25519.size() == X25519.LEN, "X25519 public key of %s bytes", x25519.size());
        checkArgument(signBit == 0 || signBit == 1, "sign bit %s", signBit);
        byte[] littleEndian = x25519.toArray();
        littleEndian[X25519.LEN - 1] &= 0x7f;
        BigInteger u = new BigInteger(1, reversed(littleEndian));
        BigInteger divisor = u.add(BigInteger.ONE).mod(FIELD);
        BigInteger inverse = divisor.signum() == 0 ? BigInteger.ZERO : divisor.modInverse(FIELD);
        byte[] bigEndian =
                u.subtract(BigInteger.ONE).multiply(inverse).mod(FIELD).toByteArray();
        byte[] y = new byte[PUBLIC_KEY_LEN];
        int length = Math.min(bigEndian.length, y.length);
        System.arraycopy(bigEndian, bigEndian.length - length, y, y.length - length, length);
        byte[] encoded = reversed(y);
        encoded[PUBLIC_KEY_LEN - 1] |= (byte) (signBit << 7);
        return Bytes.copyOf(encoded);
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] out = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            out[i] = bytes[bytes.length - 1 - i];
        }
        return out;
    }

    /** The point, or null if the encoding isn't canonical, or the point not of prime order. */
    private static PublicPoint primeOrderPoint(byte[] encoded) {
        return org.bouncycastle.math.ec.rfc8032.Ed25519.validatePublicKeyFullExport(encoded, 0);
    }
}
