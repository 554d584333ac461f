package org.onion4j.testnet.dir;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.primitives.Ints;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.directory.doc.AuthorityCertificate;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ItemReader;
import org.onion4j.directory.doc.ProtocolVersions;
import org.onion4j.directory.doc.SharedRandomValue;

/**
 * Reads votes and verifies their signatures. Used once, by one thread. Spec: dir-spec, "Vote and consensus status document
 * formats".
 */
final class VoteParser {
    /** The longest text in bytes that is read as a vote. */
    static final int MAX_LEN = 4 << 20;

    private static final ImmutableSet<String> NEEDED = ImmutableSet.of(
            "vote-status",
            "consensus-methods",
            "published",
            "valid-after",
            "fresh-until",
            "valid-until",
            "voting-delay",
            "known-flags",
            "dir-source",
            "contact");
    private static final int MAX_COMMITS = 64;

    private final byte[] text;
    private final ItemReader in;
    private final Set<String> seen = new HashSet<>();
    private final Map<String, Instant> times = new HashMap<>();
    private final Map<String, ProtocolVersions> protocols = new HashMap<>();
    private final ImmutableList.Builder<RandomCommit> commits = ImmutableList.builder();
    private int commitCount;
    private int voteSeconds;
    private int distSeconds;
    private ImmutableSortedSet<Integer> methods = ImmutableSortedSet.of();
    private ImmutableSortedSet<String> knownFlags = ImmutableSortedSet.of();
    private ImmutableSortedMap<String, Integer> parameters = ImmutableSortedMap.of();
    private Optional<SharedRandomValue> previousRandom = Optional.empty();
    private Optional<SharedRandomValue> currentRandom = Optional.empty();
    private Vote.Source source;

    private VoteParser(byte[] text) {
        this.text = text;
        this.in = new ItemReader(text, 0, text.length);
    }

    /**
     * Reads a vote.
     *
     * @param text the whole document; not kept and not changed
     * @throws DocumentException if it is faulty in any way or not signed by the key in its own certificate
     */
    static SignedVote parse(byte[] text) throws DocumentException {
        if (text.length > MAX_LEN) {
            throw new DocumentException("vote of " + text.length + " bytes");
        }
        return new VoteParser(text).parse();
    }

    private SignedVote parse() throws DocumentException {
        step();
        if (!in.keyword().equals("network-status-version")
                || !in.text("version").equals("3")) {
            throw in.fault("no vote of version 3");
        }
        in.expectNoMoreArgs();
        step();
        while (!in.keyword().equals("dir-key-certificate-version")) {
            item(in.keyword());
            step();
        }
        AuthorityCertificate certificate = certificate();
        VoteEntryParser entries = new VoteEntryParser(in, knownFlags);
        while (in.keyword().equals("r")) {
            entries.entry();
        }
        if (!in.keyword().equals("directory-footer")) {
            throw in.fault("no directory-footer behind the relays");
        }
        step();
        Bytes digest = signature(certificate);
        return new SignedVote(vote(certificate, entries.entries()), digest, Bytes.copyOf(text));
    }

    private void step() throws DocumentException {
        if (!in.next()) {
            throw in.fault("vote without end");
        }
    }

    private void item(String keyword) throws DocumentException {
        in.expectNoObject();
        boolean repeatable = keyword.equals("shared-rand-commit") || keyword.equals("package");
        if (!seen.add(keyword) && !repeatable) {
            throw in.fault(keyword + " a second time");
        }
        switch (keyword) {
            case "r", "directory-footer", "directory-signature" -> throw in.fault(keyword + " before the certificate");
            case "vote-status" -> {
                if (!in.text("vote status").equals("vote")) {
                    throw in.fault("not a vote");
                }
            }
            case "consensus-methods" -> methods = methods();
            case "published", "valid-after", "fresh-until", "valid-until" -> times.put(keyword, in.time(keyword));
            case "voting-delay" -> {
                voteSeconds = (int) in.number("voting delay", 0, Integer.MAX_VALUE);
                distSeconds = (int) in.number("distribution delay", 0, Integer.MAX_VALUE);
            }
            case "known-flags" -> knownFlags = flags(in);
            case "params" -> parameters = parameters();
            case "dir-source" -> source = source();
            case "contact" -> {
                if (source == null) {
                    throw in.fault("contact before dir-source");
                }
                source = new Vote.Source(
                        source.nickname(),
                        source.identity(),
                        source.ipv4(),
                        source.dirPort(),
                        source.orPort(),
                        in.rest());
            }
            default -> otherItem(keyword);
        }
    }

    private void otherItem(String keyword) throws DocumentException {
        switch (keyword) {
            case "recommended-client-protocols",
                    "recommended-relay-protocols",
                    "required-client-protocols",
                    "required-relay-protocols" -> protocols.put(keyword, ProtocolVersions.parse(in.rest()));
            case "shared-rand-commit" -> commit();
            case "shared-rand-previous-value" -> previousRandom = Optional.of(randomValue());
            case "shared-rand-current-value" -> currentRandom = Optional.of(randomValue());
            default -> {
                // flag thresholds, or one of the future
            }
        }
    }

    private ImmutableSortedSet<Integer> methods() throws DocumentException {
        ImmutableSortedSet.Builder<Integer> list = ImmutableSortedSet.naturalOrder();
        while (in.nextArg()) {
            list.add((int) in.numberIn(in.argAt(), in.argEnd(), "method", 1, Integer.MAX_VALUE));
        }
        return list.build();
    }

    /** The words that are left of the current line. */
    static ImmutableSortedSet<String> flags(ItemReader in) {
        ImmutableSortedSet.Builder<String> words = ImmutableSortedSet.naturalOrder();
        while (in.nextArg()) {
            words.add(in.argText());
        }
        return words.build();
    }

    private ImmutableSortedMap<String, Integer> parameters() throws DocumentException {
        ImmutableSortedMap.Builder<String, Integer> list = ImmutableSortedMap.naturalOrder();
        Set<String> names = new HashSet<>();
        while (in.nextArg()) {
            int equals = in.equalsInArg();
            String name = in.argText().substring(0, equals - in.argAt());
            if (name.isEmpty() || !names.add(name)) {
                throw in.fault("parameter without name, or a second time");
            }
            list.put(name, in.signedAfter(equals));
        }
        return list.buildOrThrow();
    }

    private Vote.Source source() throws DocumentException {
        String nickname = in.text("nickname");
        RsaIdentity identity = in.hexIdentity("identity");
        in.arg("host name");
        String address = VoteEntryParser.ipv4(in);
        int dirPort = (int) in.number("directory port", 0, 65535);
        int orPort = (int) in.number("OR port", 0, 65535);
        return new Vote.Source(nickname, identity, address, dirPort, orPort, "");
    }

    private void commit() throws DocumentException {
        if (++commitCount > MAX_COMMITS) {
            throw in.fault("too many commits");
        }
        long version = in.number("version", 0, Integer.MAX_VALUE);
        String algorithm = in.text("algorithm");
        if (version != 1 || !algorithm.equals("sha3-256")) {
            return;
        }
        RsaIdentity authority = in.hexIdentity("identity");
        String commit = in.text("commit");
        Optional<String> reveal = in.nextArg() ? Optional.of(in.argText()) : Optional.empty();
        commits.add(new RandomCommit(authority, commit, reveal));
    }

    private SharedRandomValue randomValue() throws DocumentException {
        int reveals = (int) in.number("number of reveals", 0, Integer.MAX_VALUE);
        return new SharedRandomValue(reveals, in.base64(SharedRandomValue.LEN, "shared random value"));
    }

    /** Reads the certificate that begins in the current line, and steps behind it. */
    private AuthorityCertificate certificate() throws DocumentException {
        int from = in.itemAt();
        while (!in.keyword().equals("dir-key-certification")) {
            step();
        }
        in.object("SIGNATURE");
        int to = in.nextAt();
        step();
        ImmutableList<AuthorityCertificate> one = AuthorityCertificate.parseAll(Arrays.copyOfRange(text, from, to));
        if (one.size() != 1) {
            throw in.fault("not one certificate");
        }
        return one.get(0);
    }

    /** Reads and verifies the signature that begins in the current line; the digest that was signed. */
    private Bytes signature(AuthorityCertificate certificate) throws DocumentException {
        if (!in.keyword().equals("directory-signature")
                || in.keywordEnd() == in.lineEnd()
                || text[in.keywordEnd()] != ' ') {
            throw in.fault("no directory-signature");
        }
        MessageDigest sha1 = Digests.newSha1();
        sha1.update(text, 0, in.keywordEnd() + 1);
        Bytes digest = Bytes.copyOf(sha1.digest());
        RsaIdentity signer = in.hexIdentity("identity");
        in.arg("signing key digest");
        Bytes signingKey = in.hexArg(Digests.SHA1_LEN, "signing key digest");
        in.expectNoMoreArgs();
        Bytes signature = in.object("SIGNATURE");
        boolean own = certificate.identity().equals(signer)
                && certificate.signingKeyDigest().equals(signingKey)
                && source != null
                && source.identity().equals(signer);
        if (!own || !certificate.signingKey().verifyDigest(digest, signature)) {
            throw in.fault("not signed by the voter");
        }
        if (in.next()) {
            throw in.fault("something behind the signature");
        }
        return digest;
    }

    private Vote vote(AuthorityCertificate certificate, ImmutableList<VoteEntry> entries) throws DocumentException {
        for (String keyword : NEEDED) {
            if (!seen.contains(keyword)) {
                throw new DocumentException(keyword + " missing in vote");
            }
        }
        Vote.Times all = new Vote.Times(
                times.get("published"),
                times.get("valid-after"),
                times.get("fresh-until"),
                times.get("valid-until"),
                voteSeconds,
                distSeconds);
        if (!all.validAfter().isBefore(all.freshUntil()) || !all.freshUntil().isBefore(all.validUntil())) {
            throw new DocumentException("times of the vote are not in order");
        }
        RandomVote random = seen.contains("shared-rand-participate")
                ? new RandomVote(true, commits.build(), previousRandom, currentRandom)
                : RandomVote.NONE;
        return new Vote(
                source,
                all,
                methods,
                knownFlags,
                new Vote.Protocols(
                        list("recommended-client-protocols"),
                        list("recommended-relay-protocols"),
                        list("required-client-protocols"),
                        list("required-relay-protocols")),
                parameters,
                random,
                certificate,
                entries);
    }

    private ProtocolVersions list(String keyword) {
        return protocols.getOrDefault(keyword, ProtocolVersions.NONE);
    }

    /** The numbers of a list such as {@code 32,33}. */
    static ImmutableSet<Integer> numbers(ItemReader in, String list) throws DocumentException {
        ImmutableSet.Builder<Integer> numbers = ImmutableSet.builder();
        for (String word : Splitter.on(',').split(list)) {
            Integer number = Ints.tryParse(word);
            if (number == null || number < 1) {
                throw in.fault("bad list of methods");
            }
            numbers.add(number);
        }
        return numbers.build();
    }
}
