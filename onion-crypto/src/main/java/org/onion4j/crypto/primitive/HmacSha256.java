package org.onion4j.crypto.primitive;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256. Spec: RFC 2104. Any thread. */
public final class HmacSha256 {
    /** Size of the result in bytes. */
    public static final int LEN = 32;

    private static final String ALGORITHM = "HmacSHA256";

    private HmacSha256() {}

    /** The MAC, under a key of any length, of the parts joined end to end: an array of the caller's. */
    public static byte[] mac(byte[] key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            // The platform refuses an empty key; HMAC pads keys with zeros, so a zero byte is the same key.
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, ALGORITHM));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this platform has no " + ALGORITHM, e);
        }
    }
}
