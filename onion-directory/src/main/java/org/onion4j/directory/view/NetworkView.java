package org.onion4j.directory.view;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.Microdescriptor;
import org.onion4j.directory.doc.RouterStatus;

/**
 * A snapshot of the network: a consensus and the microdescriptors known at that moment. A change of either makes a new
 * view. Immutable, for any number of threads. Spec: dir-spec, "Using directory information".
 */
public final class NetworkView {
    private static final int MAX_WEIGHT_SCALE = Integer.MAX_VALUE;

    private final Consensus consensus;
    private final ImmutableList<Relay> relays;
    private final FamilyRules families;
    private final int weightScale;
    private final boolean weightsUsable;

    private NetworkView(Consensus consensus, ImmutableList<Relay> relays) {
        this.consensus = consensus;
        this.relays = relays;
        this.families = FamilyRules.of(this);
        this.weightScale = parameter("bwweightscale", 10_000, 1, MAX_WEIGHT_SCALE);
        this.weightsUsable = BandwidthWeights.areComplete(consensus.bandwidthWeights());
    }

    /**
     * The view of a consensus, which the caller has verified.
     *
     * @param microdescriptors gives the microdescriptor of a digest, or empty where it isn't at hand
     */
    public static NetworkView of(Consensus consensus, Function<Bytes, Optional<Microdescriptor>> microdescriptors) {
        ImmutableList.Builder<Relay> relays =
                ImmutableList.builderWithExpectedSize(consensus.relays().size());
        RouterStatus last = null;
        for (RouterStatus status : consensus.relays()) {
            checkArgument(
                    last == null || last.rsaIdentity().compareTo(status.rsaIdentity()) < 0, "relays out of order");
            relays.add(new Relay(status, microdescriptors.apply(status.microdescriptorDigest())));
            last = status;
        }
        return new NetworkView(consensus, relays.build());
    }

    /** The consensus it is made from. */
    public Consensus consensus() {
        return consensus;
    }

    /** All relays in ascending order of their RSA identity. */
    public ImmutableList<Relay> relays() {
        return relays;
    }

    /** The relay of this identity, if it is listed. */
    public Optional<Relay> relay(RsaIdentity identity) {
        int low = 0;
        int high = relays.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = relays.get(middle).rsaIdentity().compareTo(identity);
            if (order == 0) {
                return Optional.of(relays.get(middle));
            } else if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return Optional.empty();
    }

    public Instant validAfter() {
        return consensus.validAfter();
    }

    public Instant freshUntil() {
        return consensus.freshUntil();
    }

    public Instant validUntil() {
        return consensus.validUntil();
    }

    /**
     * A parameter of the consensus: its value brought into {@code min} to {@code max}, or {@code defaultValue} where
     * the consensus doesn't have it. Spec: param-spec.
     */
    public int parameter(String name, int defaultValue, int min, int max) {
        checkArgument(min <= defaultValue && defaultValue <= max, "default of %s out of its range", name);
        Integer value = consensus.parameters().get(name);
        return value == null ? defaultValue : Math.max(min, Math.min(max, value));
    }

    /**
     * What a relay's weight is to be multiplied with in a position, such as {@code Wgg}: from 0 to {@link
     * #weightScale}. Where the consensus lacks one of the weights, or has a negative one, each is {@link #weightScale}
     * so that bandwidth alone decides.
     */
    public long bandwidthWeight(String name) {
        Integer value = weightsUsable ? consensus.bandwidthWeights().get(name) : null;
        return value == null ? weightScale : Math.min(value, weightScale);
    }

    /** The divisor of bandwidth weights, at least 1. */
    public int weightScale() {
        return weightScale;
    }

    /**
     * Whether both say they are run by the same people: each names the other in its family list, or they share a
     * family id. A relay is in the family of itself. Relays without microdescriptor have no family.
     */
    public boolean sameFamily(Relay a, Relay b) {
        return families.sameFamily(a, b);
    }

    /** Whether they share an IPv4 network of 16 bits or an IPv6 network of 32 bits. */
    public boolean sameSubnet(Relay a, Relay b) {
        return a.status().ipv4Bits() >>> 16 == b.status().ipv4Bits() >>> 16 || sameIpv6Subnet(a.status(), b.status());
    }

    private static boolean sameIpv6Subnet(RouterStatus a, RouterStatus b) {
        Bytes left = a.ipv6Bytes();
        Bytes right = b.ipv6Bytes();
        if (left.isEmpty() || right.isEmpty()) {
            return false;
        }
        for (int i = 0; i < 4; i++) {
            if (left.get(i) != right.get(i)) {
                return false;
            }
        }
        return true;
    }
}
