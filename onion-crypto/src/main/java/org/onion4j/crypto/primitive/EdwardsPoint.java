package org.onion4j.crypto.primitive;

import org.bouncycastle.math.ec.rfc7748.X25519Field;
import org.onion4j.crypto.bytes.Bytes;

/**
 * A point of the curve of Ed25519, for what Bouncy Castle doesn't offer: the product of a point with a number that isn't
 * pruned. The arithmetic of the field is Bouncy Castle's. The one formula for sums holds for every two points, equal or
 * neutral ones too, so that a product takes the same steps whatever the number is. Immutable. Spec: RFC 8032, "Point
 * Addition".
 */
final class EdwardsPoint {
    /** The generator of the group. */
    static final EdwardsPoint BASE =
            decode(Bytes.fromHex("5866666666666666666666666666666666666666666666666666666666666666"));

    private static final int FIELD_INTS = X25519Field.SIZE;

    // Extended coordinates: x = X/Z, y = Y/Z, x * y = T/Z.
    private final int[] x;
    private final int[] y;
    private final int[] z;
    private final int[] t;

    private EdwardsPoint(int[] x, int[] y, int[] z, int[] t) {
        this.x = x;
        this.y = y;
        this.z = z;
        this.t = t;
    }

    /** The constant d of the curve's equation, -x^2 + y^2 = 1 + d x^2 y^2. */
    private static int[] d() {
        return element("a3785913ca4deb75abd841414d0a700098e879777940c78c73fe6f2bee6c0352");
    }

    private static int[] element(String hex) {
        int[] element = X25519Field.create();
        X25519Field.decode255(Bytes.fromHex(hex).toArray(), element);
        return element;
    }

    private static EdwardsPoint neutral() {
        return new EdwardsPoint(X25519Field.create(), one(), one(), X25519Field.create());
    }

    private static int[] one() {
        int[] one = X25519Field.create();
        X25519Field.one(one);
        return one;
    }

    /**
     * The point of an encoding that {@link Ed25519#isValidPublicKey} has found good. Not in constant time.
     *
     * @throws IllegalArgumentException if it isn't one
     */
    static EdwardsPoint decode(Bytes encoded) {
        int[] y = X25519Field.create();
        X25519Field.decode255(encoded.toArray(), y);
        int[] x = X25519Field.create();
        if (!findX(y, x)) {
            throw new IllegalArgumentException("not a point of the curve");
        }
        X25519Field.normalize(x);
        if ((x[0] & 1) != sign(encoded)) {
            X25519Field.negate(x, x);
        }
        return new EdwardsPoint(x, y, one(), product(x, y));
    }

    /** Whether 32 bytes are the one right encoding of a point, of whatever order. Not in constant time. */
    static boolean isEncoding(Bytes encoded) {
        int[] y = X25519Field.create();
        X25519Field.decode255(encoded.toArray(), y);
        int[] x = X25519Field.create();
        if (!findX(y, x)) {
            return false;
        }
        X25519Field.normalize(x);
        X25519Field.normalize(y);
        byte[] again = new byte[Ed25519.PUBLIC_KEY_LEN];
        X25519Field.encode(y, again);
        again[again.length - 1] |= (byte) (sign(encoded) << 7);
        return encoded.equals(Bytes.copyOf(again)) && !(X25519Field.isZeroVar(x) && sign(encoded) == 1);
    }

    private static int sign(Bytes encoded) {
        return (encoded.get(encoded.size() - 1) & 0xff) >>> 7;
    }

    /** Finds one of the two x of a y; false if there is none. */
    private static boolean findX(int[] y, int[] x) {
        int[] u = X25519Field.create();
        int[] v = X25519Field.create();
        X25519Field.sqr(y, u);
        X25519Field.mul(d(), u, v);
        X25519Field.subOne(u);
        X25519Field.addOne(v);
        return X25519Field.sqrtRatioVar(u, v, x);
    }

    /** The encoding, 32 bytes. */
    Bytes encode() {
        int[] inverse = X25519Field.create();
        X25519Field.inv(z, inverse);
        int[] affineX = X25519Field.create();
        int[] affineY = X25519Field.create();
        X25519Field.mul(x, inverse, affineX);
        X25519Field.mul(y, inverse, affineY);
        X25519Field.normalize(affineX);
        X25519Field.normalize(affineY);
        byte[] encoded = new byte[Ed25519.PUBLIC_KEY_LEN];
        X25519Field.encode(affineY, encoded);
        encoded[encoded.length - 1] |= (byte) ((affineX[0] & 1) << 7);
        return Bytes.copyOf(encoded);
    }

    /** The product with a little-endian number, in a time that doesn't depend on it. */
    EdwardsPoint times(byte[] number) {
        EdwardsPoint sum = neutral();
        int[] twoD = X25519Field.create();
        X25519Field.add(d(), d(), twoD);
        X25519Field.carry(twoD);
        for (int i = 8 * number.length - 1; i >= 0; i--) {
            sum = sum.plus(sum, twoD);
            int take = -((number[i >>> 3] >>> (i & 7)) & 1);
            sum = select(take, sum.plus(this, twoD), sum);
        }
        return sum;
    }

    private EdwardsPoint plus(EdwardsPoint other, int[] twoD) {
        int[] a = product(difference(y, x), difference(other.y, other.x));
        int[] b = product(sum(y, x), sum(other.y, other.x));
        int[] c = product(product(t, twoD), other.t);
        int[] dd = product(sum(z, z), other.z);
        int[] e = difference(b, a);
        int[] f = difference(dd, c);
        int[] g = sum(dd, c);
        int[] h = sum(b, a);
        return new EdwardsPoint(product(e, f), product(g, h), product(f, g), product(e, h));
    }

    /** The first point if the mask is all ones, the second if it is zero. */
    private static EdwardsPoint select(int mask, EdwardsPoint first, EdwardsPoint second) {
        return new EdwardsPoint(
                select(mask, first.x, second.x),
                select(mask, first.y, second.y),
                select(mask, first.z, second.z),
                select(mask, first.t, second.t));
    }

    private static int[] select(int mask, int[] first, int[] second) {
        int[] chosen = new int[FIELD_INTS];
        for (int i = 0; i < FIELD_INTS; i++) {
            chosen[i] = (first[i] & mask) | (second[i] & ~mask);
        }
        return chosen;
    }

    private static int[] product(int[] a, int[] b) {
        int[] product = X25519Field.create();
        X25519Field.mul(a, b, product);
        return product;
    }

    private static int[] sum(int[] a, int[] b) {
        int[] sum = X25519Field.create();
        X25519Field.add(a, b, sum);
        X25519Field.carry(sum);
        return sum;
    }

    private static int[] difference(int[] a, int[] b) {
        int[] difference = X25519Field.create();
        X25519Field.sub(a, b, difference);
        X25519Field.carry(difference);
        return difference;
    }
}
