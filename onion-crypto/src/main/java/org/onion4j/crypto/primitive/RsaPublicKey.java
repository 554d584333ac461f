package org.onion4j.crypto.primitive;

import java.math.BigInteger;
import java.util.Arrays;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * An RSA public key, and this protocol's signatures under it: PKCS #1 v1.5 padding (block type 1) around the bare digest,
 * without the algorithm identifier that PKCS #1 would put before it. Everything is public here, so nothing takes
 * constant time. Immutable: any thread. Spec: tor-spec, "Ciphers"; dir-spec, "Signing documents"; RFC 8017, appendix
 * A.1.1.
 */
public final class RsaPublicKey {
    /** The smallest and the largest key that is read, in bits of the modulus. */
    public static final int MIN_BITS = 1024;
    /** See {@link #MIN_BITS}. */
    public static final int MAX_BITS = 8192;

    private static final BigInteger EXPONENT = BigInteger.valueOf(65537);
    private static final int DER_SEQUENCE = 0x30;
    private static final int DER_INTEGER = 0x02;
    private static final int MIN_PADDING_LEN = 8;

    private final BigInteger modulus;
    private final Bytes encoded;

    private RsaPublicKey(BigInteger modulus, Bytes encoded) {
        this.modulus = modulus;
        this.encoded = encoded;
    }

    /**
     * Reads the ASN.1 DER form of PKCS #1: a sequence of modulus and exponent and nothing else.
     *
     * @throws WireFormatException if it isn't that, the modulus has not {@link #MIN_BITS} to {@link #MAX_BITS} bits or is
     *     even, or the exponent isn't 65537, the only one that the protocol allows
     */
    public static RsaPublicKey decode(Bytes der) throws WireFormatException {
        WireReader in = new WireReader(der);
        WireReader sequence = element(in, DER_SEQUENCE, "RSA key");
        in.expectEnd("RSA key");
        BigInteger modulus = integer(sequence, "RSA modulus");
        BigInteger exponent = integer(sequence, "RSA exponent");
        sequence.expectEnd("RSA key");
        if (modulus.bitLength() < MIN_BITS || modulus.bitLength() > MAX_BITS || !modulus.testBit(0)) {
            throw new WireFormatException("RSA modulus of " + modulus.bitLength() + " bits is out of range or even");
        }
        if (!exponent.equals(EXPONENT)) {
            throw new WireFormatException("RSA exponent isn't 65537");
        }
        return new RsaPublicKey(modulus, der);
    }

    /**
     * The key with this modulus and exponent.
     *
     * @throws WireFormatException as {@link #decode} does
     */
    public static RsaPublicKey of(BigInteger modulus, BigInteger exponent) throws WireFormatException {
        WireWriter content = new WireWriter();
        writeElement(content, DER_INTEGER, modulus.toByteArray());
        writeElement(content, DER_INTEGER, exponent.toByteArray());
        WireWriter sequence = new WireWriter();
        writeElement(sequence, DER_SEQUENCE, content.toArray());
        return decode(sequence.toBytes());
    }

    /** The ASN.1 DER form of PKCS #1. */
    public Bytes encoded() {
        return encoded;
    }

    /** The SHA-1 digest of {@link #encoded}: the identity of the relay or authority whose identity key this is. */
    public RsaIdentity identity() {
        return new RsaIdentity(Digests.sha1(encoded.toArray()));
    }

    /** The length of the modulus in bits. */
    public int bits() {
        return modulus.bitLength();
    }

    /** The modulus. */
    public BigInteger modulus() {
        return modulus;
    }

    /**
     * Whether a signature is that of a digest under this key. The whole padded block must be right; a signature of another
     * size than the modulus, or not below it, is not good.
     *
     * @param digest of any kind, 20 bytes for SHA-1, 32 for SHA-256
     */
    public boolean verifyDigest(Bytes digest, Bytes signature) {
        int length = (modulus.bitLength() + 7) / 8;
        if (signature.size() != length || digest.size() > length - MIN_PADDING_LEN - 3) {
            return false;
        }
        BigInteger s = new BigInteger(1, signature.toArray());
        if (s.compareTo(modulus) >= 0) {
            return false;
        }
        byte[] expected = new byte[length];
        Arrays.fill(expected, 2, length - digest.size() - 1, (byte) 0xff);
        expected[1] = 1;
        digest.copyTo(expected, length - digest.size());
        return s.modPow(EXPONENT, modulus).equals(new BigInteger(1, expected));
    }

    /** Two keys are equal if their encodings are. */
    @Override
    public boolean equals(Object other) {
        return other instanceof RsaPublicKey that && encoded.equals(that.encoded);
    }

    @Override
    public int hashCode() {
        return encoded.hashCode();
    }

    @Override
    public String toString() {
        return "RsaPublicKey(" + bits() + " bits)";
    }

    private static BigInteger integer(WireReader in, String field) throws WireFormatException {
        WireReader content = element(in, DER_INTEGER, field);
        byte[] value = content.array(content.remaining(), field);
        boolean empty = value.length == 0;
        if (empty || value[0] < 0 || (value[0] == 0 && (value.length == 1 || value[1] >= 0))) {
            throw new WireFormatException(field + " isn't a positive number in its shortest form");
        }
        return new BigInteger(1, value);
    }

    /** The content of an element, whose length must be in DER's shortest form and at most 65535. */
    private static WireReader element(WireReader in, int tag, String field) throws WireFormatException {
        if (in.u8(field) != tag) {
            throw new WireFormatException(field + " has the wrong ASN.1 type");
        }
        int length = in.u8(field);
        if (length == 0x81) {
            length = in.u8(field);
            if (length < 0x80) {
                throw new WireFormatException(field + " has a length that isn't in its shortest form");
            }
        } else if (length == 0x82) {
            length = in.u16(field);
            if (length < 0x100) {
                throw new WireFormatException(field + " has a length that isn't in its shortest form");
            }
        } else if (length >= 0x80) {
            throw new WireFormatException(field + " has a length of a form or size that is not accepted");
        }
        return in.sub(length, field);
    }

    private static void writeElement(WireWriter out, int tag, byte[] content) {
        out.u8(tag);
        if (content.length >= 0x100) {
            out.u8(0x82).u16(content.length);
        } else if (content.length >= 0x80) {
            out.u8(0x81).u8(content.length);
        } else {
            out.u8(content.length);
        }
        out.bytes(content);
    }
}
