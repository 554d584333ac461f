package org.onion4j.circuit.linkspec;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.Immutable;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.List;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * A link specifier: one thing that tells how to reach a relay or who it must be. Spec: tor-spec, "EXTEND and EXTENDED
 * cells". Form: LSTYPE 1 byte, LSLEN 1 byte, LSPEC LSLEN bytes. EXTEND2 and onion services have lists of them, opened
 * by their number in 1 byte.
 */
public sealed interface LinkSpecifier {
    /** Most specifiers in a list. */
    int MAX_COUNT = 0xff;

    /** LSTYPE, 0 to 255. */
    int type();

    /** Writes LSPEC alone. */
    void encodeValue(WireWriter out);

    /** An IPv4 address and port of the relay. LSPEC: 4 bytes, 2 bytes. */
    record Ipv4(Inet4Address address, int port) implements LinkSpecifier {
        public static final int TYPE = 0;

        public Ipv4 {
            checkPort(port);
        }

        @Override
        public int type() {
            return TYPE;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.bytes(address.getAddress()).u16(port);
        }
    }

    /** An IPv6 address and port of the relay. LSPEC: 16 bytes, 2 bytes. */
    record Ipv6(Inet6Address address, int port) implements LinkSpecifier {
        public static final int TYPE = 1;

        public Ipv6 {
            checkPort(port);
        }

        @Override
        public int type() {
            return TYPE;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.bytes(address.getAddress()).u16(port);
        }
    }

    /** The legacy identity: the digest of the relay's RSA key. LSPEC: 20 bytes. */
    @Immutable
    record RsaId(RsaIdentity identity) implements LinkSpecifier {
        public static final int TYPE = 2;

        @Override
        public int type() {
            return TYPE;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.bytes(identity.value());
        }
    }

    /** The Ed25519 identity of the relay. LSPEC: 32 bytes. */
    @Immutable
    record Ed25519Id(Ed25519Identity identity) implements LinkSpecifier {
        public static final int TYPE = 3;

        @Override
        public int type() {
            return TYPE;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.bytes(identity.value());
        }
    }

    /** A type that we don't know: kept, passed on, not acted on. LSPEC: 0 to 255 bytes. */
    @Immutable
    record Unknown(int type, Bytes value) implements LinkSpecifier {
        public Unknown {
            checkArgument(type > Ed25519Id.TYPE && type <= 0xff, "link specifier type %s is not unknown", type);
            checkArgument(value.size() <= 0xff, "link specifier of %s bytes", value.size());
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.bytes(value);
        }
    }

    /** Writes LSTYPE, LSLEN and LSPEC. */
    default void encode(WireWriter out) {
        WireWriter value = new WireWriter();
        encodeValue(value);
        out.u8(type()).u8(value.size()).bytes(value.toArray());
    }

    /**
     * Reads one specifier.
     *
     * @throws WireFormatException if LSLEN runs past the end or isn't the one of the type
     */
    static LinkSpecifier decode(WireReader in) throws WireFormatException {
        int type = in.u8("LSTYPE");
        WireReader value = in.sub(in.u8("LSLEN"), "LSPEC");
        LinkSpecifier decoded = switch (type) {
            case Ipv4.TYPE ->
                new Ipv4(IpAddresses.ipv4(value.bytes(IpAddresses.IPV4_LEN, "IPv4 address")), value.u16("port"));
            case Ipv6.TYPE ->
                new Ipv6(IpAddresses.ipv6(value.bytes(IpAddresses.IPV6_LEN, "IPv6 address")), value.u16("port"));
            case RsaId.TYPE -> new RsaId(RsaIdentity.read(value, "RSA identity"));
            case Ed25519Id.TYPE -> new Ed25519Id(Ed25519Identity.read(value, "Ed25519 identity"));
            default -> new Unknown(type, value.rest());
        };
        value.expectEnd("link specifier of type " + type);
        return decoded;
    }

    /** Reads the number of specifiers and then each of them. */
    static ImmutableList<LinkSpecifier> decodeList(WireReader in) throws WireFormatException {
        int count = in.u8("NSPEC");
        ImmutableList.Builder<LinkSpecifier> list = ImmutableList.builder();
        for (int i = 0; i < count; i++) {
            list.add(decode(in));
        }
        return list.build();
    }

    /** Writes the number of specifiers, at most {@link #MAX_COUNT}, and then each of them. */
    static void encodeList(List<? extends LinkSpecifier> specifiers, WireWriter out) {
        out.u8(specifiers.size());
        specifiers.forEach(specifier -> specifier.encode(out));
    }

    private static void checkPort(int port) {
        checkArgument(port >= 0 && port <= 0xffff, "port %s", port);
    }
}
