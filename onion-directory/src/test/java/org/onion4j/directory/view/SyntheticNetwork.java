package org.onion4j.directory.view;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.io.BaseEncoding;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.Microdescriptor;
import org.onion4j.directory.doc.PortPolicy;
import org.onion4j.directory.doc.ProtocolVersions;
import org.onion4j.directory.doc.RelayFamily;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.doc.RouterStatus;

/**
 * Makes networks for tests: relays with made-up keys, without documents or signatures. Keys follow from the nickname,
 * so that the same name is the same relay in two views. Not for more than one thread.
 */
public final class SyntheticNetwork {
    /** What each relay speaks unless told otherwise. */
    public static final String PROTOCOLS = "Conflux=1 Cons=1-2 Desc=1-2 DirCache=2 FlowCtrl=1-2 HSDir=2 HSIntro=4-5"
            + " HSRend=1-2 Link=1-5 LinkAuth=1,3 Microdesc=1-2 Padding=2 Relay=1-4";

    private final List<RelayBuilder> relays = new ArrayList<>();
    private final Map<String, Integer> parameters = new HashMap<>();
    private final Map<String, Integer> weights = new HashMap<>();
    private Instant validAfter = Instant.parse("2024-05-17T17:00:00Z");

    /** A network of nobody; all bandwidth weights are 10000 until set. */
    public SyntheticNetwork() {
        for (String name : BandwidthWeights.NAMES) {
            weights.put(name, 10_000);
        }
    }

    /** The identity of the relay of this nickname. */
    public static RsaIdentity identity(String nickname) {
        return RsaIdentity.copyOf(Arrays.copyOf(digest("rsa " + nickname), RsaIdentity.LEN));
    }

    /** Starts a relay, which is part of the network at once; Running, Valid and Fast, with weight 1000 and no exit. */
    public RelayBuilder relay(String nickname) {
        RelayBuilder relay = new RelayBuilder(nickname, relays.size());
        relays.add(relay);
        return relay;
    }

    @CanIgnoreReturnValue
    public SyntheticNetwork parameter(String name, int value) {
        parameters.put(name, value);
        return this;
    }

    @CanIgnoreReturnValue
    public SyntheticNetwork bandwidthWeight(String name, int value) {
        weights.put(name, value);
        return this;
    }

    /** Fresh for an hour and valid for three from here. */
    @CanIgnoreReturnValue
    public SyntheticNetwork validAfter(Instant value) {
        this.validAfter = value;
        return this;
    }

    public NetworkView view() {
        List<RouterStatus> statuses = new ArrayList<>();
        Map<Bytes, Microdescriptor> microdescriptors = new HashMap<>();
        for (RelayBuilder relay : relays) {
            RouterStatus status = relay.status.build();
            statuses.add(status);
            if (relay.hasMicrodescriptor) {
                microdescriptors.put(
                        status.microdescriptorDigest(), relay.microdescriptor(status.microdescriptorDigest()));
            }
        }
        statuses.sort(Comparator.comparing(RouterStatus::rsaIdentity));
        Consensus consensus = Consensus.builder()
                .method(33)
                .validAfter(validAfter)
                .freshUntil(validAfter.plus(Duration.ofHours(1)))
                .validUntil(validAfter.plus(Duration.ofHours(3)))
                .parameters(ImmutableMap.copyOf(parameters))
                .bandwidthWeights(ImmutableMap.copyOf(weights))
                .relays(statuses)
                .build();
        return NetworkView.of(consensus, digest -> Optional.ofNullable(microdescriptors.get(digest)));
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** One relay; what isn't set keeps its default. Each gets an IPv4 network of its own unless told otherwise. */
    public static final class RelayBuilder {
        private final String nickname;
        private final RouterStatus.Builder status;
        private final List<RsaIdentity> family = new ArrayList<>();
        private PortPolicy policy = PortPolicy.REJECT_ALL;
        private PortPolicy policy6 = PortPolicy.REJECT_ALL;
        private ImmutableList<String> familyIds = ImmutableList.of();
        private boolean hasMicrodescriptor = true;

        private RelayBuilder(String nickname, int index) {
            this.nickname = nickname;
            this.status = RouterStatus.builder()
                    .nickname(nickname)
                    .rsaIdentity(identity(nickname))
                    .microdescriptorDigest(Bytes.copyOf(digest("md " + nickname)))
                    .version("Tor 0.4.8.11")
                    .ipv4((10 << 24) + (index << 16) + 1, 9001)
                    .bandwidth(1000)
                    .flags(RelayFlag.RUNNING, RelayFlag.VALID, RelayFlag.FAST);
            protocols(PROTOCOLS);
        }

        @CanIgnoreReturnValue
        public RelayBuilder flags(RelayFlag... flags) {
            status.flags(flags);
            return this;
        }

        @CanIgnoreReturnValue
        public RelayBuilder weight(long weight) {
            status.bandwidth(weight);
            return this;
        }

        /** Dotted quad. */
        @CanIgnoreReturnValue
        public RelayBuilder ipv4(String address, int port) {
            int bits = 0;
            for (String part : com.google.common.base.Splitter.on('.').split(address)) {
                bits = bits << 8 | Integer.parseInt(part);
            }
            status.ipv4(bits, port);
            return this;
        }

        /** 32 hexadecimal digits. */
        @CanIgnoreReturnValue
        public RelayBuilder ipv6(String hex, int port) {
            status.ipv6(Bytes.copyOf(BaseEncoding.base16().lowerCase().decode(hex)), port);
            return this;
        }

        @CanIgnoreReturnValue
        public RelayBuilder protocols(String list) {
            try {
                status.protocols(ProtocolVersions.parse(list));
            } catch (DocumentException e) {
                throw new IllegalArgumentException(e);
            }
            return this;
        }

        /** Flags it Exit and sets the port summary for IPv4, such as {@code accept 80,443}. */
        @CanIgnoreReturnValue
        public RelayBuilder exit(String summary) {
            flags(RelayFlag.EXIT);
            return policy(summary);
        }

        /** Sets the port summary for IPv4 alone. */
        @CanIgnoreReturnValue
        public RelayBuilder policy(String summary) {
            policy = parsePolicy(summary);
            return this;
        }

        @CanIgnoreReturnValue
        public RelayBuilder exit6(String summary) {
            policy6 = parsePolicy(summary);
            return this;
        }

        /** Names other relays as family; they must name this one too to count. */
        @CanIgnoreReturnValue
        public RelayBuilder family(String... nicknames) {
            for (String other : nicknames) {
                family.add(identity(other));
            }
            return this;
        }

        @CanIgnoreReturnValue
        public RelayBuilder familyIds(String... ids) {
            familyIds = ImmutableList.copyOf(ids);
            return this;
        }

        @CanIgnoreReturnValue
        public RelayBuilder withoutMicrodescriptor() {
            hasMicrodescriptor = false;
            return this;
        }

        private Microdescriptor microdescriptor(Bytes digest) {
            return new Microdescriptor(
                    digest,
                    Bytes.copyOf(digest("ntor " + nickname)),
                    Optional.of(Ed25519Identity.copyOf(digest("ed " + nickname))),
                    policy,
                    policy6,
                    RelayFamily.of(family, ImmutableList.of()),
                    familyIds);
        }

        private static PortPolicy parsePolicy(String summary) {
            try {
                return PortPolicy.parse(summary);
            } catch (DocumentException e) {
                throw new IllegalArgumentException(e);
            }
        }
    }
}
