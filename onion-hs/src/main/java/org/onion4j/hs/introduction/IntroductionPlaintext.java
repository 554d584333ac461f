package org.onion4j.hs.introduction;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.circuit.message.EstablishRendezvous;
import org.onion4j.circuit.message.MessageExtension;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * The encrypted part of INTRODUCE1 and INTRODUCE2 in clear: where the client waits. Layout: RENDEZVOUS_COOKIE 20 bytes,
 * extensions, ONION_KEY_TYPE 1 (1), ONION_KEY_LEN 2 (32), ONION_KEY, link specifiers, then zeros or anything. Spec:
 * rend-spec-v3, "Processing an INTRODUCE2 cell at the hidden service".
 *
 * @param cookie by which the rendezvous point knows the client, 20 bytes
 * @param extensions at most 255; those of unknown type are kept
 * @param onionKey ntor onion key of the rendezvous point, 32 bytes
 * @param linkSpecifiers of the rendezvous point
 */
public record IntroductionPlaintext(
        Bytes cookie,
        ImmutableList<MessageExtension> extensions,
        Bytes onionKey,
        ImmutableList<LinkSpecifier> linkSpecifiers) {
    private static final int KEY_TYPE_NTOR = 1;
    private static final int KEY_LEN = 32;
    /** What header and plaintext are filled up to, as by C tor, so that their length tells nothing of the client. */
    private static final int MIN_LEN_WITH_HEADER = 246;

    public IntroductionPlaintext {
        checkArgument(cookie.size() == EstablishRendezvous.COOKIE_LEN, "cookie of %s bytes", cookie.size());
        checkArgument(onionKey.size() == KEY_LEN, "onion key of %s bytes", onionKey.size());
        checkArgument(extensions.size() <= MessageExtension.MAX_COUNT, "%s extensions", extensions.size());
        checkArgument(linkSpecifiers.size() <= LinkSpecifier.MAX_COUNT, "%s specifiers", linkSpecifiers.size());
    }

    /**
     * Reads it.
     *
     * @throws WireFormatException if it is cut off, or the key isn't one for ntor
     */
    public static IntroductionPlaintext decode(Bytes plaintext) throws WireFormatException {
        WireReader in = new WireReader(plaintext);
        Bytes cookie = in.bytes(EstablishRendezvous.COOKIE_LEN, "RENDEZVOUS_COOKIE");
        ImmutableList<MessageExtension> extensions = MessageExtension.decodeList(in);
        int type = in.u8("ONION_KEY_TYPE");
        int length = in.u16("ONION_KEY_LEN");
        if (type != KEY_TYPE_NTOR || length != KEY_LEN) {
            throw new WireFormatException("onion key of type " + type + " and " + length + " bytes");
        }
        Bytes key = in.bytes(KEY_LEN, "ONION_KEY");
        return new IntroductionPlaintext(cookie, extensions, key, LinkSpecifier.decodeList(in));
    }

    /** The bytes with padding for a message whose part before it has so many bytes. */
    public Bytes encode(int headerLength) {
        WireWriter out = new WireWriter().bytes(cookie);
        MessageExtension.encodeList(extensions, out);
        out.u8(KEY_TYPE_NTOR).u16(KEY_LEN).bytes(onionKey);
        LinkSpecifier.encodeList(linkSpecifiers, out);
        out.zeros(Math.max(0, MIN_LEN_WITH_HEADER - headerLength - out.size()));
        return out.toBytes();
    }

    /** Without the cookie: who knows it can take the service's place. */
    @Override
    public String toString() {
        return "IntroductionPlaintext";
    }
}
