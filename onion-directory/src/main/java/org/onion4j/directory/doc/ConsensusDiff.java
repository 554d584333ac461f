package org.onion4j.directory.doc;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.primitive.Digests;

/**
 * What turns the consensus that a client has into the next one. Nothing in a diff is trusted: the digests in it only
 * save the work of verifying a consensus that came out wrong. Static methods: any thread. Spec: dir-spec, "Consensus
 * diffs".
 */
public final class ConsensusDiff {
    /** The longest diff in bytes that is read. */
    public static final int MAX_LEN = Consensus.MAX_LEN;

    private static final byte[] FIRST_LINE = ItemReader.ascii("network-status-diff-version 1\n");
    private static final byte[] HASH = ItemReader.ascii("hash ");
    private static final byte[] SIGNATURE = ItemReader.ascii("\ndirectory-signature");
    private static final int HEX_LEN = 2 * Digests.SHA256_LEN;

    private ConsensusDiff() {}

    /** Whether a document is a diff of the form we know, by its first line. */
    public static boolean isDiff(byte[] document) {
        return startsWith(document, 0, FIRST_LINE);
    }

    /**
     * The digest that names a consensus as the base of diffs: SHA3-256 of its signed part, through the space after the
     * first {@code directory-signature}; 32 bytes. Where there is none, of the whole.
     */
    public static Bytes baseDigest(byte[] consensus) {
        int end = consensus.length;
        for (int at = 0; at < consensus.length; at++) {
            if (consensus[at] == '\n' && startsWith(consensus, at, SIGNATURE)) {
                int space = at + SIGNATURE.length;
                while (space < consensus.length && consensus[space] != ' ') {
                    space++;
                }
                end = Math.min(space + 1, consensus.length);
                break;
            }
        }
        return Digests.sha3(consensus, 0, end);
    }

    /**
     * The consensus that comes from applying a diff.
     *
     * @param base the text of the consensus that the client has
     * @throws DocumentException if the diff is faulty, for another base, or doesn't give what it promises
     */
    public static byte[] apply(byte[] base, byte[] diff) throws DocumentException {
        if (diff.length > MAX_LEN) {
            throw new DocumentException("consensus diff of " + diff.length + " bytes");
        }
        if (!isDiff(diff)) {
            throw new DocumentException(1, "no consensus diff of version 1");
        }
        int at = FIRST_LINE.length;
        int scriptAt = at + HASH.length + HEX_LEN + 1 + HEX_LEN + 1;
        boolean shaped = startsWith(diff, at, HASH)
                && scriptAt <= diff.length
                && diff[at + HASH.length + HEX_LEN] == ' '
                && diff[scriptAt - 1] == '\n';
        if (!shaped) {
            throw new DocumentException(2, "no pair of digests");
        }
        if (!baseDigest(base).equals(hex(diff, at + HASH.length))) {
            throw new DocumentException(2, "the diff is for another consensus");
        }
        byte[] result = EdScript.apply(base, diff, scriptAt, 3);
        if (!Digests.sha3(result, 0, result.length).equals(hex(diff, at + HASH.length + HEX_LEN + 1))) {
            throw new DocumentException(2, "the result is not what the diff promises");
        }
        return result;
    }

    private static Bytes hex(byte[] diff, int from) throws DocumentException {
        byte[] digest = new byte[Digests.SHA256_LEN];
        String text = new String(diff, from, HEX_LEN, java.nio.charset.StandardCharsets.ISO_8859_1);
        if (!HexText.decode(text, digest)) {
            throw new DocumentException(2, "digest is not hexadecimal");
        }
        return Bytes.copyOf(digest);
    }

    private static boolean startsWith(byte[] text, int at, byte[] word) {
        if (text.length - at < word.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (text[at + i] != word[i]) {
                return false;
            }
        }
        return true;
    }
}
