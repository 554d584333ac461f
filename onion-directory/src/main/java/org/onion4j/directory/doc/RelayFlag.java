package org.onion4j.directory.doc;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;

/**
 * What the authorities vote about a relay. Flags we don't know are passed over. Spec: dir-spec, "Vote and consensus
 * status document formats", the "s" line.
 */
public enum RelayFlag {
    AUTHORITY("Authority", 0),
    BAD_EXIT("BadExit", 1),
    EXIT("Exit", 2),
    FAST("Fast", 3),
    GUARD("Guard", 4),
    HS_DIR("HSDir", 5),
    MIDDLE_ONLY("MiddleOnly", 6),
    /** The Ed25519 identity in the relay's microdescriptor is not the authorities' common opinion: ignore it. */
    NO_ED_CONSENSUS("NoEdConsensus", 7),
    RUNNING("Running", 8),
    STABLE("Stable", 9),
    STALE_DESC("StaleDesc", 10),
    SYBIL("Sybil", 11),
    V2_DIR("V2Dir", 12),
    VALID("Valid", 13);

    private static final ImmutableMap<String, RelayFlag> BY_KEYWORD = byKeyword();

    private final String keyword;
    private final int bit;

    RelayFlag(String keyword, int bitNumber) {
        this.keyword = keyword;
        this.bit = 1 << bitNumber;
    }

    /** The word in the "s" line. */
    public String keyword() {
        return keyword;
    }

    /** The bit that stands for this flag in a set of flags inside this module; not a number of the wire. */
    public int bit() {
        return bit;
    }

    /** The flag of this exact word, if we know it. */
    public static Optional<RelayFlag> ofKeyword(String keyword) {
        return Optional.ofNullable(BY_KEYWORD.get(keyword));
    }

    private static ImmutableMap<String, RelayFlag> byKeyword() {
        ImmutableMap.Builder<String, RelayFlag> map = ImmutableMap.builder();
        for (RelayFlag flag : values()) {
            map.put(flag.keyword, flag);
        }
        return map.buildOrThrow();
    }
}
