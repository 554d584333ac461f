package org.onion4j.directory.view;

import org.onion4j.directory.doc.Microdescriptor;

/**
 * Which kinds of family statement count in a network, by its parameters {@code use-family-lists} and {@code
 * use-family-ids}. Immutable.
 */
final class FamilyRules {
    private final boolean useLists;
    private final boolean useIds;

    private FamilyRules(boolean useLists, boolean useIds) {
        this.useLists = useLists;
        this.useIds = useIds;
    }

    static FamilyRules of(NetworkView view) {
        return new FamilyRules(
                view.parameter("use-family-lists", 1, 0, 1) == 1, view.parameter("use-family-ids", 1, 0, 1) == 1);
    }

    boolean sameFamily(Relay a, Relay b) {
        if (a.rsaIdentity().equals(b.rsaIdentity())) {
            return true;
        }
        if (!a.hasMicrodescriptor() || !b.hasMicrodescriptor()) {
            return false;
        }
        Microdescriptor left = a.microdescriptor().get();
        Microdescriptor right = b.microdescriptor().get();
        return (useLists && listEachOther(a, left, b, right)) || (useIds && shareId(left, right));
    }

    private static boolean listEachOther(Relay a, Microdescriptor left, Relay b, Microdescriptor right) {
        return left.family().contains(b.rsaIdentity(), b.nickname())
                && right.family().contains(a.rsaIdentity(), a.nickname());
    }

    private static boolean shareId(Microdescriptor left, Microdescriptor right) {
        for (String id : left.familyIds()) {
            if (right.familyIds().contains(id)) {
                return true;
            }
        }
        return false;
    }
}
