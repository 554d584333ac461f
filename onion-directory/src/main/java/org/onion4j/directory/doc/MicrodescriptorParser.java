package org.onion4j.directory.doc;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.primitive.RsaPublicKey;

/**
 * Reads microdescriptors. Equal policies and families become one object across all that the same parser reads, so keep
 * one for all that go into a view. Spec: dir-spec, "Computing microdescriptors". Not for more than one thread at a time.
 */
public final class MicrodescriptorParser {
    /** The longest text in bytes of one microdescriptor. */
    public static final int MAX_LEN = 128 * 1024;

    private static final byte[] ONION_KEY = ItemReader.ascii("onion-key");
    private static final ImmutableSet<String> AT_MOST_ONCE =
            ImmutableSet.of("ntor-onion-key", "family", "family-ids", "p", "p6");

    private final RangeCache<PortPolicy> policies = new RangeCache<>(12, MicrodescriptorParser::policyOrNone);
    private final RangeCache<RelayFamily> families = new RangeCache<>(12, MicrodescriptorParser::family);
    private final RangeCache<ImmutableList<String>> familyIds = new RangeCache<>(12, MicrodescriptorParser::words);

    /**
     * What a text with several microdescriptors holds.
     *
     * @param good the faultless ones, with where each stands
     * @param faulty how many others there are
     */
    public record Result(ImmutableList<Found> good, int faulty) {}

    /**
     * A microdescriptor and where in the text it stands, without annotations.
     *
     * @param microdescriptor what was read
     * @param from its first byte
     * @param to behind its last byte
     * @param lastListed when a consensus last had it, if an annotation before it says so
     */
    public record Found(Microdescriptor microdescriptor, int from, int to, Optional<Instant> lastListed) {}

    /**
     * Reads microdescriptors that stand one behind another. A faulty one does not spoil the others; whatever stands
     * before the first counts as a faulty one.
     *
     * @param text the whole of it; not kept and not changed
     */
    public Result parseAll(byte[] text) {
        ImmutableList.Builder<Found> good = ImmutableList.builder();
        int faulty = 0;
        int from = 0;
        while (from < text.length) {
            int to = nextStart(text, from);
            try {
                good.add(parse(text, from, to));
            } catch (DocumentException e) {
                faulty++;
            }
            from = to;
        }
        return new Result(good.build(), faulty);
    }

    /** Where the microdescriptor behind the one at {@code from} begins, or the end of the text. */
    private static int nextStart(byte[] text, int from) {
        boolean bodySeen = false;
        int at = from;
        while (at < text.length) {
            boolean onionKey = isOnionKeyLine(text, at);
            if (bodySeen && (onionKey || text[at] == '@')) {
                return at;
            }
            bodySeen |= onionKey || text[at] != '@';
            while (at < text.length && text[at] != '\n') {
                at++;
            }
            at = Math.min(at + 1, text.length);
        }
        return text.length;
    }

    private static boolean isOnionKeyLine(byte[] text, int at) {
        if (text.length - at <= ONION_KEY.length) {
            return false;
        }
        for (int i = 0; i < ONION_KEY.length; i++) {
            if (text[at + i] != ONION_KEY[i]) {
                return false;
            }
        }
        byte next = text[at + ONION_KEY.length];
        return next == '\n' || next == ' ' || next == '\t';
    }

    /**
     * Reads the one microdescriptor from {@code from} to {@code to}. Annotations before it (lines that begin with
     * {@code @}) are passed over; they are no part of it.
     */
    public Found parse(byte[] text, int from, int to) throws DocumentException {
        int start = from;
        Optional<Instant> lastListed = Optional.empty();
        while (start < to && text[start] == '@') {
            int end = annotationEnd(text, start, to);
            Optional<Instant> time = lastListed(text, start, end);
            lastListed = time.isPresent() ? time : lastListed;
            start = end;
        }
        if (to - start > MAX_LEN) {
            throw new DocumentException("microdescriptor of " + (to - start) + " bytes");
        }
        MessageDigest sha256 = Digests.newSha256();
        sha256.update(text, start, to - start);
        Bytes digest = Bytes.copyOf(sha256.digest());
        return new Found(new One(text, new ItemReader(text, start, to)).parse(digest), start, to, lastListed);
    }

    /** Where the line behind an annotation begins. */
    private static int annotationEnd(byte[] text, int from, int to) throws DocumentException {
        int end = from;
        while (end < to && text[end] != '\n') {
            end++;
        }
        if (end == to) {
            throw new DocumentException("no line feed after an annotation");
        }
        return end + 1;
    }

    /** The time in an annotation of the one kind we know. */
    private static Optional<Instant> lastListed(byte[] text, int from, int to) throws DocumentException {
        ItemReader in = new ItemReader(text, from + 1, to);
        return in.next() && in.keyword().equals("last-listed") ? Optional.of(in.time("last-listed")) : Optional.empty();
    }

    private final class One {
        private final byte[] text;
        private final ItemReader in;
        private final Set<String> seen = new HashSet<>();
        private Bytes ntorOnionKey = Bytes.EMPTY;
        private Optional<Ed25519Identity> ed25519Identity = Optional.empty();
        private PortPolicy policy = PortPolicy.REJECT_ALL;
        private PortPolicy policy6 = PortPolicy.REJECT_ALL;
        private RelayFamily family = RelayFamily.NONE;
        private ImmutableList<String> ids = ImmutableList.of();

        One(byte[] text, ItemReader in) {
            this.text = text;
            this.in = in;
        }

        Microdescriptor parse(Bytes digest) throws DocumentException {
            if (!in.next() || !in.keywordIs(ONION_KEY)) {
                throw in.fault("does not begin with onion-key");
            }
            onionKey();
            while (in.next()) {
                item(in.keyword());
            }
            if (ntorOnionKey.isEmpty()) {
                throw in.fault("ntor-onion-key missing above");
            }
            return new Microdescriptor(digest, ntorOnionKey, ed25519Identity, policy, policy6, family, ids);
        }

        /** The RSA key is of no use any more, and may be missing. */
        private void onionKey() throws DocumentException {
            in.expectNoMoreArgs();
            if (in.hasObject()) {
                try {
                    RsaPublicKey.decode(in.object("RSA PUBLIC KEY"));
                } catch (WireFormatException e) {
                    throw in.fault(e.getMessage());
                }
            }
        }

        private void item(String keyword) throws DocumentException {
            if (AT_MOST_ONCE.contains(keyword)) {
                in.expectNoObject();
                if (!seen.add(keyword)) {
                    throw in.fault(keyword + " a second time");
                }
            }
            switch (keyword) {
                case "onion-key" -> throw in.fault("onion-key a second time");
                case "ntor-onion-key" -> ntorOnionKey = in.base64(Microdescriptor.NTOR_ONION_KEY_LEN, keyword);
                case "family" -> family = families.get(text, in.restAt(), in.lineEnd());
                case "family-ids" -> ids = familyIds.get(text, in.restAt(), in.lineEnd());
                case "p" -> policy = policies.get(text, in.restAt(), in.lineEnd());
                case "p6" -> policy6 = policies.get(text, in.restAt(), in.lineEnd());
                case "id" -> identity();
                default -> {
                    // one of the future, or an "a" line: the consensus has the addresses
                }
            }
        }

        private void identity() throws DocumentException {
            in.expectNoObject();
            if (!in.text("kind of identity").equals("ed25519")) {
                in.arg("identity");
                return;
            }
            if (ed25519Identity.isPresent()) {
                throw in.fault("Ed25519 identity a second time");
            }
            ed25519Identity = Optional.of(new Ed25519Identity(in.base64(Ed25519Identity.LEN, "Ed25519 identity")));
        }
    }

    /** A policy in a form we don't know says nothing that we could rely on. */
    private static PortPolicy policyOrNone(String summary) {
        try {
            return PortPolicy.parse(summary);
        } catch (DocumentException e) {
            return PortPolicy.REJECT_ALL;
        }
    }

    /** The members of a family line that have a form we know; others are passed over. */
    private static RelayFamily family(String line) {
        List<RsaIdentity> identities = new ArrayList<>();
        List<String> nicknames = new ArrayList<>();
        byte[] identity = new byte[RsaIdentity.LEN];
        for (String word : words(line)) {
            if (!word.startsWith("$")) {
                if (isNickname(word)) {
                    nicknames.add(word);
                }
                continue;
            }
            int end = 1 + 2 * RsaIdentity.LEN;
            boolean shaped = word.length() == end
                    || (word.length() > end && (word.charAt(end) == '=' || word.charAt(end) == '~'));
            if (shaped && HexText.decode(word.substring(1, end), identity)) {
                identities.add(RsaIdentity.copyOf(identity));
            }
        }
        return RelayFamily.of(identities, nicknames);
    }

    private static boolean isNickname(String word) {
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) {
                return false;
            }
        }
        return word.length() <= RouterStatusParser.MAX_NICKNAME_LEN;
    }

    private static ImmutableList<String> words(String line) {
        List<String> words = new ArrayList<>(Arrays.asList(line.split("[ \t]", -1)));
        words.removeIf(String::isEmpty);
        return ImmutableList.copyOf(words);
    }
}
