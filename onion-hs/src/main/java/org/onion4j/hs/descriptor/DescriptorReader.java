package org.onion4j.hs.descriptor;

import com.google.common.primitives.UnsignedLong;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.crypto.primitive.Wipe;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.hs.descriptor.DescriptorException.Kind;
import org.onion4j.hs.descriptor.LayerCipher.Layer;
import org.onion4j.hs.descriptor.LayerCipher.Secrets;

/**
 * Reads descriptors. All that a directory or a service sends is checked: whose the descriptor is, signatures,
 * certificates, and each layer. Static methods: any thread.
 */
public final class DescriptorReader {
    /** The longest descriptor in bytes. */
    public static final int MAX_LEN = OuterLayer.MAX_LEN;

    private static final byte[] NO_COOKIE = new byte[0];

    private DescriptorReader() {}

    /**
     * Reads a descriptor of a service.
     *
     * @param keys of the service that was asked for, in the time period that was asked for
     * @param clientKey the key of an authorized client, where the application has one; stays the caller's
     * @param now when certificates must be in date
     * @param sendmeIncrement parameter cc_sendme_inc, from which the service's may differ by one
     */
    public static Descriptor read(
            Bytes text, ServiceKeys keys, Optional<X25519> clientKey, Instant now, int sendmeIncrement)
            throws DescriptorException {
        return read(text, keys, clientKey, now, sendmeIncrement, UnsignedLong.ZERO);
    }

    /**
     * The same, but of descriptors with a lower revision than {@code oldest} no more is read than that.
     *
     * @throws DescriptorException of kind {@link Kind#OLDER} for one of those
     */
    public static Descriptor read(
            Bytes text,
            ServiceKeys keys,
            Optional<X25519> clientKey,
            Instant now,
            int sendmeIncrement,
            UnsignedLong oldest)
            throws DescriptorException {
        OuterLayer outer = OuterLayer.parse(text.toArray(), keys.blindedKey(), now);
        if (outer.revision().compareTo(oldest) < 0) {
            throw new DescriptorException(Kind.OLDER, "a descriptor older than one that is known");
        }
        Secrets secrets = new Secrets(keys.blindedKey(), keys.subcredential(), outer.revision());
        byte[] middleText = LayerCipher.decrypt(Layer.OUTER, secrets, NO_COOKIE, outer.superencrypted())
                .orElseThrow(() -> DescriptorException.invalid("the outer layer can't be decrypted"));
        byte[] innerText = decryptInner(MiddleLayer.parse(document(middleText)), secrets, clientKey);
        return new InnerLayerParser(document(innerText), outer, now, sendmeIncrement).parse();
    }

    private static byte[] decryptInner(MiddleLayer middle, Secrets secrets, Optional<X25519> clientKey)
            throws DescriptorException {
        // A service that has become open to all is reachable for whoever still has a key, too.
        if (clientKey.isPresent()) {
            Optional<SecretBytes> cookie = middle.cookie(clientKey.get(), secrets.subcredential());
            if (cookie.isPresent()) {
                byte[] bytes = cookie.get().exposeCopy();
                cookie.get().close();
                Optional<byte[]> text = LayerCipher.decrypt(Layer.INNER, secrets, bytes, middle.encrypted());
                Wipe.all(bytes);
                if (text.isPresent()) {
                    return text.get();
                }
            }
        }
        Optional<byte[]> text = LayerCipher.decrypt(Layer.INNER, secrets, NO_COOKIE, middle.encrypted());
        if (text.isPresent()) {
            return text.get();
        }
        throw clientKey.isPresent()
                ? new DescriptorException(
                        Kind.WRONG_AUTHORIZATION, "the service can't be read with the key of this client")
                : new DescriptorException(
                        Kind.NEEDS_AUTHORIZATION, "the service is for clients alone that it has authorized");
    }

    /** A layer as a document. The middle one ends without a line feed in what C tor makes. */
    private static byte[] document(byte[] text) throws DescriptorException {
        if (text.length == 0) {
            throw DescriptorException.invalid("an empty layer");
        }
        if (text[text.length - 1] == '\n') {
            return text;
        }
        byte[] ended = Arrays.copyOf(text, text.length + 1);
        ended[text.length] = '\n';
        return ended;
    }
}
