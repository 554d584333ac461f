package org.onion4j.directory.doc;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;

/**
 * The parts of the Tor protocol that have version numbers of their own. Spec: tor-spec, "Subprotocol versioning"; the
 * numbers are those of the subprotocol request of ntor-v3.
 */
public enum Subprotocol {
    LINK("Link", 0),
    LINK_AUTH("LinkAuth", 1),
    RELAY("Relay", 2),
    DIR_CACHE("DirCache", 3),
    HS_DIR("HSDir", 4),
    HS_INTRO("HSIntro", 5),
    HS_REND("HSRend", 6),
    DESC("Desc", 7),
    MICRODESC("Microdesc", 8),
    CONS("Cons", 9),
    PADDING("Padding", 10),
    FLOW_CTRL("FlowCtrl", 11),
    CONFLUX("Conflux", 12);

    /** One more than the highest number of a name we know. */
    static final int COUNT = 13;

    private static final ImmutableMap<String, Subprotocol> BY_KEYWORD = byKeyword();

    private final String keyword;
    private final int wire;

    Subprotocol(String keyword, int wire) {
        this.keyword = keyword;
        this.wire = wire;
    }

    /** The name in protocol lists. */
    public String keyword() {
        return keyword;
    }

    /** The number on the wire, from 0. */
    public int wire() {
        return wire;
    }

    /** The one of this exact name, if we know it. */
    public static Optional<Subprotocol> ofKeyword(String keyword) {
        return Optional.ofNullable(BY_KEYWORD.get(keyword));
    }

    private static ImmutableMap<String, Subprotocol> byKeyword() {
        ImmutableMap.Builder<String, Subprotocol> map = ImmutableMap.builder();
        for (Subprotocol p : values()) {
            map.put(p.keyword, p);
        }
        return map.buildOrThrow();
    }
}
