package org.onion4j.directory.doc;

import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;

/**
 * A consensus of the microdescriptor flavour: what the authorities agree on. That one was parsed says nothing about
 * its signatures. Immutable. Spec: dir-spec, "Vote and consensus status document formats" and "Microdescriptor
 * consensus".
 */
public final class Consensus {
    /** The longest text in bytes that is read as a consensus: six times what the public network's has. */
    public static final int MAX_LEN = 16 << 20;

    private final int method;
    private final Instant validAfter;
    private final Instant freshUntil;
    private final Instant validUntil;
    private final ImmutableSet<String> knownFlags;
    private final ProtocolVersions recommendedClientProtocols;
    private final ProtocolVersions requiredClientProtocols;
    private final ImmutableMap<String, Integer> parameters;
    private final Optional<SharedRandomValue> previousSharedRandom;
    private final Optional<SharedRandomValue> currentSharedRandom;
    private final ImmutableList<DirSource> dirSources;
    private final ImmutableList<RouterStatus> relays;
    private final ImmutableMap<String, Integer> bandwidthWeights;
    private final ImmutableList<ConsensusSignature> signatures;
    private final ImmutableMap<DigestAlgorithm, Bytes> signedDigests;

    private Consensus(Builder b) {
        this.method = b.method;
        this.validAfter = checkNotNull(b.validAfter);
        this.freshUntil = checkNotNull(b.freshUntil);
        this.validUntil = checkNotNull(b.validUntil);
        this.knownFlags = b.knownFlags;
        this.recommendedClientProtocols = b.recommendedClientProtocols;
        this.requiredClientProtocols = b.requiredClientProtocols;
        this.parameters = b.parameters;
        this.previousSharedRandom = b.previousSharedRandom;
        this.currentSharedRandom = b.currentSharedRandom;
        this.dirSources = b.dirSources;
        this.relays = b.relays;
        this.bandwidthWeights = b.bandwidthWeights;
        this.signatures = b.signatures;
        this.signedDigests = b.signedDigests;
    }

    /**
     * Reads a consensus. Its signatures are not verified: see {@link ConsensusVerifier}.
     *
     * @param text the whole document; not kept and not changed
     * @throws DocumentException if it is not of version 3 and flavour microdesc, or faulty in any way
     */
    public static Consensus parse(byte[] text) throws DocumentException {
        return new ConsensusParser(text).parse();
    }

    /** Collects the parts of a consensus; the three times must be given. */
    public static Builder builder() {
        return new Builder();
    }

    /** The consensus method. */
    public int method() {
        return method;
    }

    /** Start of the interval for which it was made. */
    public Instant validAfter() {
        return validAfter;
    }

    /** When the next one should be there. */
    public Instant freshUntil() {
        return freshUntil;
    }

    /** End of the time for which it was made; clients use it for up to a day more if they get no other. */
    public Instant validUntil() {
        return validUntil;
    }

    /** The words that may stand in "s" lines. */
    public ImmutableSet<String> knownFlags() {
        return knownFlags;
    }

    public ProtocolVersions recommendedClientProtocols() {
        return recommendedClientProtocols;
    }

    public ProtocolVersions requiredClientProtocols() {
        return requiredClientProtocols;
    }

    /** The "params" line as it stands: not limited to any range. */
    public ImmutableMap<String, Integer> parameters() {
        return parameters;
    }

    public Optional<SharedRandomValue> previousSharedRandom() {
        return previousSharedRandom;
    }

    public Optional<SharedRandomValue> currentSharedRandom() {
        return currentSharedRandom;
    }

    /** The authorities that voted. */
    public ImmutableList<DirSource> dirSources() {
        return dirSources;
    }

    /** The relays, in ascending order of their RSA identity, none twice. */
    public ImmutableList<RouterStatus> relays() {
        return relays;
    }

    /** The "bandwidth-weights" line as it stands. */
    public ImmutableMap<String, Integer> bandwidthWeights() {
        return bandwidthWeights;
    }

    /** All signatures, good or not. */
    public ImmutableList<ConsensusSignature> signatures() {
        return signatures;
    }

    /** The digest of the signed part, if one of the signatures needs it. */
    public Optional<Bytes> signedDigest(DigestAlgorithm algorithm) {
        return Optional.ofNullable(signedDigests.get(algorithm));
    }

    /** Collects the parts of a consensus; not for more than one thread. */
    public static final class Builder {
        private int method = 1;
        private Instant validAfter;
        private Instant freshUntil;
        private Instant validUntil;
        private ImmutableSet<String> knownFlags = ImmutableSet.of();
        private ProtocolVersions recommendedClientProtocols = ProtocolVersions.NONE;
        private ProtocolVersions requiredClientProtocols = ProtocolVersions.NONE;
        private ImmutableMap<String, Integer> parameters = ImmutableMap.of();
        private Optional<SharedRandomValue> previousSharedRandom = Optional.empty();
        private Optional<SharedRandomValue> currentSharedRandom = Optional.empty();
        private ImmutableList<DirSource> dirSources = ImmutableList.of();
        private ImmutableList<RouterStatus> relays = ImmutableList.of();
        private ImmutableMap<String, Integer> bandwidthWeights = ImmutableMap.of();
        private ImmutableList<ConsensusSignature> signatures = ImmutableList.of();
        private ImmutableMap<DigestAlgorithm, Bytes> signedDigests = ImmutableMap.of();

        private Builder() {}

        @CanIgnoreReturnValue
        public Builder method(int value) {
            this.method = value;
            return this;
        }

        @CanIgnoreReturnValue
        public Builder validAfter(Instant value) {
            this.validAfter = value;
            return this;
        }

        @CanIgnoreReturnValue
        public Builder freshUntil(Instant value) {
            this.freshUntil = value;
            return this;
        }

        @CanIgnoreReturnValue
        public Builder validUntil(Instant value) {
            this.validUntil = value;
            return this;
        }

        @CanIgnoreReturnValue
        public Builder knownFlags(Iterable<String> value) {
            this.knownFlags = ImmutableSortedSet.copyOf(value); // by order, not by hash, as the tables below: T84
            return this;
        }

        @CanIgnoreReturnValue
        public Builder recommendedClientProtocols(ProtocolVersions value) {
            this.recommendedClientProtocols = checkNotNull(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder requiredClientProtocols(ProtocolVersions value) {
            this.requiredClientProtocols = checkNotNull(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder parameters(Map<String, Integer> value) {
            this.parameters = ImmutableSortedMap.copyOf(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder previousSharedRandom(SharedRandomValue value) {
            this.previousSharedRandom = Optional.of(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder currentSharedRandom(SharedRandomValue value) {
            this.currentSharedRandom = Optional.of(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder dirSources(List<DirSource> value) {
            this.dirSources = ImmutableList.copyOf(value);
            return this;
        }

        /** The relays, which must be in ascending order of their RSA identity, none twice. */
        @CanIgnoreReturnValue
        public Builder relays(List<RouterStatus> value) {
            this.relays = ImmutableList.copyOf(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder bandwidthWeights(Map<String, Integer> value) {
            this.bandwidthWeights = ImmutableSortedMap.copyOf(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder signatures(List<ConsensusSignature> value) {
            this.signatures = ImmutableList.copyOf(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder signedDigests(Map<DigestAlgorithm, Bytes> value) {
            this.signedDigests = ImmutableMap.copyOf(value);
            return this;
        }

        /** Whether no time comes before the one it should follow; all three must be there. */
        boolean timesInOrder() {
            return validAfter.isBefore(freshUntil) && !freshUntil.isAfter(validUntil);
        }

        public Consensus build() {
            return new Consensus(this);
        }
    }
}
