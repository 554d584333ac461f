package org.onion4j.testnet.dir;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.directory.doc.ExitPolicy;
import org.onion4j.directory.doc.PortPolicy;

/**
 * What a relay says of itself in its descriptor, but for its keys.
 *
 * @param nickname 1 to 19 letters and digits
 * @param orPort 1 to 65535
 * @param dirPort 0 for none
 * @param bandwidth bytes a second that it can carry, at least 1000
 * @param platform such as {@code Tor 0.4.9.11 on Linux}: others take its beginning for a version of C tor
 * @param protocols in the form of a "proto" line
 * @param contact one line; may be empty
 * @param family relays that it says are run with it
 * @param familyKeys each proves that it belongs to a family
 * @param ipv6Policy where streams may exit by IPv6
 * @param services what it offers beside circuits
 */
public record RelayProfile(
        String nickname,
        Inet4Address ipv4,
        int orPort,
        int dirPort,
        Optional<InetSocketAddress> ipv6,
        int bandwidth,
        String platform,
        String protocols,
        String contact,
        ImmutableList<RsaIdentity> family,
        ImmutableList<Ed25519KeyPair> familyKeys,
        ExitPolicy exitPolicy,
        PortPolicy ipv6Policy,
        ImmutableSet<Service> services) {

    /**
     * What our relays speak: as C tor 0.4.9.11, but for congestion control, conflux, CGO, padding machines and link
     * protocol 3.
     */
    public static final String PROTOCOLS = "Cons=1-2 Desc=1-4 DirCache=2 FlowCtrl=1 HSDir=2 HSIntro=4-5 HSRend=1-2"
            + " Link=4-5 LinkAuth=3 Microdesc=1-3 Relay=2-4";

    /** The version that our relays are equivalent to. */
    public static final String PLATFORM = "Tor 0.4.9.11 on Onion4J";

    /** What a relay may offer beside circuits. */
    public enum Service {
        /** Takes directory requests in streams. */
        DIRECTORY,
        /** Keeps descriptors of onion services. */
        ONION_SERVICE_DIRECTORY
    }

    public RelayProfile {
        checkArgument(nickname.matches("[A-Za-z0-9]{1,19}"), "nickname %s", nickname);
        checkArgument(orPort >= 1 && orPort <= 65535, "OR port %s", orPort);
        checkArgument(dirPort >= 0 && dirPort <= 65535, "directory port %s", dirPort);
        checkArgument(bandwidth >= 1000, "bandwidth %s", bandwidth);
        checkArgument(contact.indexOf('\n') < 0 && platform.indexOf('\n') < 0, "line feed in a line");
    }

    /** Collects a profile: at first that of a relay that isn't an exit, of 10 MB a second. */
    public static Builder builder(String nickname, Inet4Address ipv4, int orPort) {
        return new Builder(nickname, ipv4, orPort);
    }

    /** Collects a profile; not for more than one thread. */
    public static final class Builder {
        private final String nickname;
        private final Inet4Address ipv4;
        private final int orPort;
        private int dirPort;
        private Optional<InetSocketAddress> ipv6 = Optional.empty();
        private int bandwidth = 10_000_000;
        private String platform = PLATFORM;
        private String protocols = PROTOCOLS;
        private String contact = "";
        private ImmutableList<RsaIdentity> family = ImmutableList.of();
        private ImmutableList<Ed25519KeyPair> familyKeys = ImmutableList.of();
        private ExitPolicy exitPolicy = ExitPolicy.REJECT_ALL;
        private PortPolicy ipv6Policy = PortPolicy.REJECT_ALL;
        private ImmutableSet<Service> services = ImmutableSet.copyOf(Service.values());

        private Builder(String nickname, Inet4Address ipv4, int orPort) {
            this.nickname = nickname;
            this.ipv4 = ipv4;
            this.orPort = orPort;
        }

        @CanIgnoreReturnValue
        public Builder dirPort(int value) {
            dirPort = value;
            return this;
        }

        @CanIgnoreReturnValue
        public Builder ipv6(InetSocketAddress value) {
            ipv6 = Optional.of(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder bandwidth(int bytesPerSecond) {
            bandwidth = bytesPerSecond;
            return this;
        }

        @CanIgnoreReturnValue
        public Builder platform(String value) {
            platform = value;
            return this;
        }

        @CanIgnoreReturnValue
        public Builder protocols(String value) {
            protocols = value;
            return this;
        }

        @CanIgnoreReturnValue
        public Builder contact(String value) {
            contact = value;
            return this;
        }

        @CanIgnoreReturnValue
        public Builder family(List<RsaIdentity> value) {
            family = ImmutableList.copyOf(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder familyKeys(List<Ed25519KeyPair> value) {
            familyKeys = ImmutableList.copyOf(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder exitPolicy(ExitPolicy value) {
            exitPolicy = value;
            return this;
        }

        @CanIgnoreReturnValue
        public Builder ipv6Policy(PortPolicy value) {
            ipv6Policy = value;
            return this;
        }

        @CanIgnoreReturnValue
        public Builder services(Service... value) {
            services = ImmutableSet.copyOf(value);
            return this;
        }

        public RelayProfile build() {
            return new RelayProfile(
                    nickname,
                    ipv4,
                    orPort,
                    dirPort,
                    ipv6,
                    bandwidth,
                    platform,
                    protocols,
                    contact,
                    family,
                    familyKeys,
                    exitPolicy,
                    ipv6Policy,
                    services);
        }
    }
}
