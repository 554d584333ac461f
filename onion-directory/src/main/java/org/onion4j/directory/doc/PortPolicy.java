package org.onion4j.directory.doc;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.Immutable;
import java.util.Arrays;

/**
 * The ports to which a relay lets streams exit, for most addresses, such as {@code accept 80,443} or {@code reject
 * 25,119}: a summary, so that the relay may still refuse. Spec: dir-spec, the "p" and "p6" lines.
 */
@Immutable
public final class PortPolicy {
    /** Allows no port. */
    public static final PortPolicy REJECT_ALL = new PortPolicy(Verdict.REJECT, new int[] {1, 65535});
    /** Allows every port. */
    public static final PortPolicy ACCEPT_ALL = new PortPolicy(Verdict.ACCEPT, new int[] {1, 65535});

    /** What happens to the ports that the policy lists. */
    enum Verdict {
        ACCEPT("accept"),
        REJECT("reject");

        private final String keyword;

        Verdict(String keyword) {
            this.keyword = keyword;
        }
    }

    private final Verdict listed;

    @SuppressWarnings("Immutable") // never written after the constructor, never given out
    private final int[] ranges; // low, high, low, high, ... as the line has them

    PortPolicy(Verdict listed, int[] ranges) {
        this.listed = listed;
        this.ranges = ranges;
    }

    /**
     * Reads a summary without its keyword, such as {@code accept 1-79,443}. Words in the list that don't begin with a
     * digit are passed over.
     *
     * @throws DocumentException if it has no verdict, no port, or a bad number
     */
    public static PortPolicy parse(String summary) throws DocumentException {
        return PortPolicyParser.parse(summary);
    }

    /** Whether streams to this port, from 1 to 65535, may leave here. */
    public boolean allows(int port) {
        checkArgument(port >= 1 && port <= 65535, "port %s", port);
        for (int i = 0; i < ranges.length; i += 2) {
            if (port >= ranges[i] && port <= ranges[i + 1]) {
                return listed == Verdict.ACCEPT;
            }
        }
        return listed == Verdict.REJECT;
    }

    /** Whether the policy allows no port at all. */
    public boolean rejectsAll() {
        if (listed == Verdict.ACCEPT) {
            return false; // it lists at least one port
        }
        int next = 1;
        int[] sorted = ranges.clone();
        sortPairs(sorted);
        for (int i = 0; i < sorted.length && sorted[i] <= next; i += 2) {
            next = Math.max(next, sorted[i + 1] + 1);
        }
        return next > 65535;
    }

    private static void sortPairs(int[] pairs) {
        long[] keys = new long[pairs.length / 2];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = (long) pairs[2 * i] << 32 | pairs[2 * i + 1];
        }
        Arrays.sort(keys);
        for (int i = 0; i < keys.length; i++) {
            pairs[2 * i] = (int) (keys[i] >> 32);
            pairs[2 * i + 1] = (int) keys[i];
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PortPolicy that && listed == that.listed && Arrays.equals(ranges, that.ranges);
    }

    @Override
    public int hashCode() {
        return listed.keyword.hashCode() * 31 + Arrays.hashCode(ranges);
    }

    /** The summary as it stands in a document. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder(listed.keyword);
        for (int i = 0; i < ranges.length; i += 2) {
            out.append(i == 0 ? ' ' : ',').append(ranges[i]);
            if (ranges[i + 1] != ranges[i]) {
                out.append('-').append(ranges[i + 1]);
            }
        }
        return out.toString();
    }
}
