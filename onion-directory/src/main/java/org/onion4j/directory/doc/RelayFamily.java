package org.onion4j.directory.doc;

import com.google.common.collect.ImmutableSortedSet;
import com.google.errorprone.annotations.Immutable;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.TreeSet;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * Those relays that one relay says it is run together with: identities, and in old documents nicknames. It counts only
 * where the other says so too. Relays of one family carry the same list, so that parsers share one object between
 * them. Spec: dir-spec, the "family" line of microdescriptors.
 */
@Immutable
public final class RelayFamily {
    /** The family of a relay that names nobody. */
    public static final RelayFamily NONE = new RelayFamily(new byte[0], ImmutableSortedSet.of());

    @SuppressWarnings("Immutable") // never written after the constructor, never given out
    private final byte[] identities; // RsaIdentity.LEN bytes each, in ascending order, none twice

    private final ImmutableSortedSet<String> nicknames; // lower case

    private RelayFamily(byte[] identities, ImmutableSortedSet<String> nicknames) {
        this.identities = identities;
        this.nicknames = nicknames;
    }

    /** The family of these members; nicknames are compared without regard to case. */
    public static RelayFamily of(Collection<RsaIdentity> identities, Collection<String> nicknames) {
        if (identities.isEmpty() && nicknames.isEmpty()) {
            return NONE;
        }
        TreeSet<RsaIdentity> sorted = new TreeSet<>(identities);
        byte[] packed = new byte[sorted.size() * RsaIdentity.LEN];
        int at = 0;
        for (RsaIdentity identity : sorted) {
            identity.value().copyTo(packed, at);
            at += RsaIdentity.LEN;
        }
        ImmutableSortedSet.Builder<String> names = ImmutableSortedSet.naturalOrder();
        for (String nickname : nicknames) {
            names.add(nickname.toLowerCase(Locale.ROOT));
        }
        return new RelayFamily(packed, names.build());
    }

    /** Whether the list has the relay of this identity, or one of this nickname. */
    public boolean contains(RsaIdentity identity, String nickname) {
        return containsIdentity(identity)
                || (!nicknames.isEmpty() && nicknames.contains(nickname.toLowerCase(Locale.ROOT)));
    }

    private boolean containsIdentity(RsaIdentity identity) {
        int low = 0;
        int high = identities.length / RsaIdentity.LEN - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = compareAt(middle * RsaIdentity.LEN, identity);
            if (order == 0) {
                return true;
            } else if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return false;
    }

    private int compareAt(int offset, RsaIdentity identity) {
        for (int i = 0; i < RsaIdentity.LEN; i++) {
            int order = Integer.compare(
                    identities[offset + i] & 0xff, identity.value().get(i) & 0xff);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    public boolean isEmpty() {
        return identities.length == 0 && nicknames.isEmpty();
    }

    /** The number of entries. */
    public int size() {
        return identities.length / RsaIdentity.LEN + nicknames.size();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RelayFamily that
                && Arrays.equals(identities, that.identities)
                && nicknames.equals(that.nicknames);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(identities) * 31 + nicknames.hashCode();
    }

    @Override
    public String toString() {
        return "RelayFamily of " + size();
    }
}
