package org.onion4j.testnet.dir;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.directory.doc.ConsensusDiff;

/**
 * Makes consensus diffs: the signatures of the base are left out first, as clients may have others, and then what differs
 * is changed from the end to the beginning. Used once, by one thread. Spec: dir-spec, "Consensus diffs".
 */
final class ConsensusDiffMaker {
    private static final String SIGNATURE = "directory-signature ";
    /** Where more lines than the root of this differ, all of them are replaced. */
    private static final long MAX_CELLS = 4_000_000;

    private final List<String> base;
    private final List<String> target;
    private final StringBuilder script = new StringBuilder();

    private ConsensusDiffMaker(List<String> base, List<String> target) {
        this.base = base;
        this.target = target;
    }

    /** What turns the base into the target; nothing if there is no such diff, as for a line that is a full stop alone. */
    static Optional<Bytes> make(Bytes base, Bytes target) {
        byte[] baseText = base.toArray();
        byte[] targetText = target.toArray();
        List<String> baseLines = lines(baseText);
        List<String> targetLines = lines(targetText);
        if (targetLines.contains(".") || !endsWithLineFeed(baseText) || !endsWithLineFeed(targetText)) {
            return Optional.empty();
        }
        String script = new ConsensusDiffMaker(baseLines, targetLines).run();
        String head = "network-status-diff-version 1\nhash "
                + hex(ConsensusDiff.baseDigest(baseText))
                + " "
                + hex(Digests.sha3(targetText))
                + "\n";
        return Optional.of(Bytes.copyOf((head + script).getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static String hex(Bytes digest) {
        return digest.hex().toUpperCase(Locale.ROOT);
    }

    private static boolean endsWithLineFeed(byte[] text) {
        return text.length > 0 && text[text.length - 1] == '\n';
    }

    private static List<String> lines(byte[] text) {
        List<String> lines = new ArrayList<>();
        String all = new String(text, StandardCharsets.ISO_8859_1);
        for (int at = 0; at < all.length(); ) {
            int end = all.indexOf('\n', at);
            end = end < 0 ? all.length() : end;
            lines.add(all.substring(at, end));
            at = end + 1;
        }
        return lines;
    }

    private String run() {
        int end = 0;
        while (end < base.size() && !base.get(end).startsWith(SIGNATURE)) {
            end++;
        }
        if (end < base.size()) {
            script.append(end + 1).append(",$d\n");
        }
        int common = 0;
        while (common < end && common < target.size() && base.get(common).equals(target.get(common))) {
            common++;
        }
        int tail = 0;
        while (tail < Math.min(end, target.size()) - common
                && base.get(end - 1 - tail).equals(target.get(target.size() - 1 - tail))) {
            tail++;
        }
        between(common, end - tail, common, target.size() - tail);
        return script.toString();
    }

    /** Writes what turns base lines from {@code baseAt} to {@code baseEnd} into those of the target. */
    private void between(int baseAt, int baseEnd, int targetAt, int targetEnd) {
        int n = baseEnd - baseAt;
        int m = targetEnd - targetAt;
        if ((long) (n + 1) * (m + 1) > MAX_CELLS) {
            change(baseAt, baseEnd, targetAt, targetEnd);
            return;
        }
        int[][] longest = longestCommon(baseAt, baseEnd, targetAt, targetEnd);
        int i = 0;
        int j = 0;
        List<int[]> changes = new ArrayList<>();
        while (i < n || j < m) {
            int fromI = i;
            int fromJ = j;
            while ((i < n || j < m) && !(i < n && j < m && base.get(baseAt + i).equals(target.get(targetAt + j)))) {
                if (j >= m || (i < n && longest[i + 1][j] >= longest[i][j + 1])) {
                    i++;
                } else {
                    j++;
                }
            }
            if (i > fromI || j > fromJ) {
                changes.add(new int[] {baseAt + fromI, baseAt + i, targetAt + fromJ, targetAt + j});
            }
            while (i < n && j < m && base.get(baseAt + i).equals(target.get(targetAt + j))) {
                i++;
                j++;
            }
        }
        for (int k = changes.size() - 1; k >= 0; k--) {
            int[] c = changes.get(k);
            change(c[0], c[1], c[2], c[3]);
        }
    }

    /** For each pair of positions, how many lines the rests have in common in the same order. */
    private int[][] longestCommon(int baseAt, int baseEnd, int targetAt, int targetEnd) {
        int[][] longest = new int[baseEnd - baseAt + 1][targetEnd - targetAt + 1];
        for (int i = baseEnd - baseAt - 1; i >= 0; i--) {
            for (int j = targetEnd - targetAt - 1; j >= 0; j--) {
                longest[i][j] = base.get(baseAt + i).equals(target.get(targetAt + j))
                        ? longest[i + 1][j + 1] + 1
                        : Math.max(longest[i + 1][j], longest[i][j + 1]);
            }
        }
        return longest;
    }

    /** One command; lines are counted from 1 in it. */
    private void change(int baseAt, int baseEnd, int targetAt, int targetEnd) {
        if (baseAt == baseEnd && targetAt == targetEnd) {
            return;
        }
        if (baseAt == baseEnd) {
            script.append(baseAt).append("a\n");
        } else {
            script.append(baseAt + 1);
            if (baseEnd - baseAt > 1) {
                script.append(',').append(baseEnd);
            }
            script.append(targetAt == targetEnd ? "d\n" : "c\n");
        }
        if (targetAt < targetEnd) {
            for (int i = targetAt; i < targetEnd; i++) {
                script.append(target.get(i)).append('\n');
            }
            script.append(".\n");
        }
    }
}
