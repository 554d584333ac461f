package org.onion4j.directory.doc;

import com.google.common.collect.ImmutableSortedMap;
import com.google.errorprone.annotations.Immutable;
import java.util.Map;

/**
 * Which versions of which subprotocols: what a relay speaks, or what the consensus requires or recommends, such as
 * {@code Link=4-5 Relay=1-4}. Versions go from 0 to 63, each a flag of its own (5 does not imply 4). A list with any
 * fault in it is invalid as a whole. Spec: tor-spec, "Subprotocol versioning"; dir-spec, the "proto" line.
 */
@Immutable
public final class ProtocolVersions {
    /** The list that names nothing. */
    public static final ProtocolVersions NONE = new ProtocolVersions(ImmutableSortedMap.of());

    static final int MAX_VERSION = 63;
    static final int MAX_NAME_LEN = 100;

    private final ImmutableSortedMap<String, Long> masks;

    @SuppressWarnings("Immutable") // written in the constructor alone, never given out
    private final long[] known = new long[Subprotocol.COUNT];

    private ProtocolVersions(ImmutableSortedMap<String, Long> masks) {
        this.masks = masks;
        for (Subprotocol p : Subprotocol.values()) {
            known[p.wire()] = masks.getOrDefault(p.keyword(), 0L);
        }
    }

    /** A list from names to sets of versions, bit {@code v} of the number for version {@code v}. */
    static ProtocolVersions ofMasks(Map<String, Long> masks) {
        return masks.isEmpty() ? NONE : new ProtocolVersions(ImmutableSortedMap.copyOf(masks));
    }

    /**
     * Reads a list.
     *
     * @throws DocumentException if anything in it is not as it should be; the empty text is the empty list
     */
    public static ProtocolVersions parse(String list) throws DocumentException {
        return ProtocolVersionsParser.parse(list);
    }

    /** Whether the list has this version of this subprotocol. */
    public boolean supports(Subprotocol subprotocol, int version) {
        return version >= 0 && version <= MAX_VERSION && (known[subprotocol.wire()] >>> version & 1) != 0;
    }

    /** Whether the list has this version of the subprotocol of this name, which may be one that we don't know. */
    public boolean supports(String keyword, int version) {
        return version >= 0 && version <= MAX_VERSION && (masks.getOrDefault(keyword, 0L) >>> version & 1) != 0;
    }

    public boolean isEmpty() {
        return masks.isEmpty();
    }

    /** What this list names and the other lacks: empty where {@code other} has all of this one. */
    public ProtocolVersions minus(ProtocolVersions other) {
        ImmutableSortedMap.Builder<String, Long> missing = ImmutableSortedMap.naturalOrder();
        masks.forEach((name, mask) -> {
            long left = mask & ~other.masks.getOrDefault(name, 0L);
            if (left != 0) {
                missing.put(name, left);
            }
        });
        return ofMasks(missing.buildOrThrow());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProtocolVersions that && masks.equals(that.masks);
    }

    @Override
    public int hashCode() {
        return masks.hashCode();
    }

    /** The list in its canonical form: names in order, ranges as short as they can be. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        masks.forEach((name, mask) -> {
            out.append(out.length() == 0 ? "" : " ").append(name).append('=');
            appendRanges(out, mask);
        });
        return out.toString();
    }

    private static void appendRanges(StringBuilder out, long mask) {
        boolean first = true;
        for (int low = 0; low <= MAX_VERSION; low++) {
            if ((mask >>> low & 1) == 0) {
                continue;
            }
            int high = low;
            while (high < MAX_VERSION && (mask >>> (high + 1) & 1) != 0) {
                high++;
            }
            out.append(first ? "" : ",").append(low);
            if (high > low) {
                out.append('-').append(high);
            }
            first = false;
            low = high;
        }
    }
}
