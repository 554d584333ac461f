package org.onion4j.directory.doc;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkNotNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.Immutable;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * A relay's entry in a consensus of the microdescriptor flavour. Kept small, as there are thousands of them. Spec:
 * dir-spec, "Vote and consensus status document formats", router status entries.
 */
@Immutable
public final class RouterStatus {
    private final String nickname;
    private final RsaIdentity rsaIdentity;
    private final Bytes microdescriptorDigest;
    private final String version; // empty where the entry has none
    private final ProtocolVersions protocols;
    private final Bytes ipv6; // 16 bytes, or empty
    private final int ipv4;
    private final int flags; // of RelayFlag.bit()
    private final long bandwidth;
    private final short orPort; // unsigned
    private final short ipv6Port; // unsigned
    private final boolean measured;

    private RouterStatus(Builder b) {
        this.nickname = checkNotNull(b.nickname);
        this.rsaIdentity = checkNotNull(b.rsaIdentity);
        this.microdescriptorDigest = checkNotNull(b.microdescriptorDigest);
        this.version = b.version;
        this.protocols = b.protocols;
        this.ipv6 = b.ipv6;
        this.ipv4 = b.ipv4;
        this.flags = b.flags;
        this.bandwidth = b.bandwidth;
        this.orPort = (short) b.orPort;
        this.ipv6Port = (short) b.ipv6Port;
        this.measured = b.measured;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** 1 to 19 letters and digits; not unique. */
    public String nickname() {
        return nickname;
    }

    public RsaIdentity rsaIdentity() {
        return rsaIdentity;
    }

    public Inet4Address ipv4() {
        byte[] raw = {(byte) (ipv4 >> 24), (byte) (ipv4 >> 16), (byte) (ipv4 >> 8), (byte) ipv4};
        try {
            return (Inet4Address) InetAddress.getByAddress(raw);
        } catch (UnknownHostException e) {
            throw new AssertionError("four bytes", e);
        }
    }

    /** The IPv4 address as a number, its first byte highest. */
    public int ipv4Bits() {
        return ipv4;
    }

    /** The TCP port, 1 to 65535, at the IPv4 address. */
    public int orPort() {
        return orPort & 0xffff;
    }

    /** The first IPv6 address with its port, if the authorities found it reachable. */
    public Optional<InetSocketAddress> ipv6() {
        if (ipv6.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new InetSocketAddress(Inet6Address.getByAddress(null, ipv6.toArray(), -1), ipv6Port & 0xffff));
        } catch (UnknownHostException e) {
            throw new AssertionError("sixteen bytes", e);
        }
    }

    /** The 16 bytes of the IPv6 address, or none. */
    public Bytes ipv6Bytes() {
        return ipv6;
    }

    public boolean has(RelayFlag flag) {
        return (flags & flag.bit()) != 0;
    }

    /** SHA-256 of the relay's microdescriptor, 32 bytes. */
    public Bytes microdescriptorDigest() {
        return microdescriptorDigest;
    }

    /** What the relay runs, such as {@code Tor 0.4.8.11}; empty where the entry doesn't say. */
    public String version() {
        return version;
    }

    /** What the relay speaks; {@link ProtocolVersions#NONE} where its list is faulty. */
    public ProtocolVersions protocols() {
        return protocols;
    }

    /** The weight in path selection, 0 to 2^32 - 1 (kilobytes a second); 0 where the entry has none. */
    public long bandwidth() {
        return bandwidth;
    }

    /** Whether {@link #bandwidth} rests on enough measurements. */
    public boolean measured() {
        return measured;
    }

    /** Names the kind alone: relays of the user's path must not get into a log or an error text by accident. */
    @Override
    public String toString() {
        return "RouterStatus";
    }

    /** Collects one entry; not for more than one thread. Nickname, identity and digest must be given. */
    public static final class Builder {
        private String nickname;
        private RsaIdentity rsaIdentity;
        private Bytes microdescriptorDigest;
        private String version = "";
        private ProtocolVersions protocols = ProtocolVersions.NONE;
        private Bytes ipv6 = Bytes.EMPTY;
        private int ipv4;
        private int flags;
        private long bandwidth;
        private int orPort;
        private int ipv6Port;
        private boolean measured = true;

        private Builder() {}

        @CanIgnoreReturnValue
        public Builder nickname(String value) {
            this.nickname = value;
            return this;
        }

        @CanIgnoreReturnValue
        public Builder rsaIdentity(RsaIdentity value) {
            this.rsaIdentity = value;
            return this;
        }

        /** 32 bytes. */
        @CanIgnoreReturnValue
        public Builder microdescriptorDigest(Bytes value) {
            checkArgument(value.size() == Microdescriptor.DIGEST_LEN, "digest of %s bytes", value.size());
            this.microdescriptorDigest = value;
            return this;
        }

        @CanIgnoreReturnValue
        public Builder version(String value) {
            this.version = checkNotNull(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder protocols(ProtocolVersions value) {
            this.protocols = checkNotNull(value);
            return this;
        }

        /** The IPv4 address, its first byte highest, and the port there. */
        @CanIgnoreReturnValue
        public Builder ipv4(int bits, int port) {
            checkArgument(port >= 1 && port <= 65535, "port %s", port);
            this.ipv4 = bits;
            this.orPort = port;
            return this;
        }

        /** The 16 bytes of the IPv6 address and the port there. */
        @CanIgnoreReturnValue
        public Builder ipv6(Bytes address, int port) {
            checkArgument(address.size() == 16, "IPv6 address of %s bytes", address.size());
            checkArgument(port >= 1 && port <= 65535, "port %s", port);
            this.ipv6 = address;
            this.ipv6Port = port;
            return this;
        }

        /** Adds to the flags. */
        @CanIgnoreReturnValue
        public Builder flags(RelayFlag... more) {
            for (RelayFlag flag : more) {
                flags |= flag.bit();
            }
            return this;
        }

        /** Replaces all flags by a set of {@link RelayFlag#bit} values. */
        @CanIgnoreReturnValue
        Builder flagBits(int bits) {
            this.flags = bits;
            return this;
        }

        @CanIgnoreReturnValue
        public Builder bandwidth(long value) {
            checkArgument(value >= 0 && value <= 0xffff_ffffL, "bandwidth %s", value);
            this.bandwidth = value;
            return this;
        }

        boolean hasIpv6() {
            return !ipv6.isEmpty();
        }

        @CanIgnoreReturnValue
        Builder unmeasured() {
            this.measured = false;
            return this;
        }

        public RouterStatus build() {
            return new RouterStatus(this);
        }
    }
}
