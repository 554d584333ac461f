package org.onion4j.testnet.dir;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.io.BaseEncoding;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.directory.doc.AuthorityCertificate;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ServerDescriptor;

/** Answers requests for documents of the network. Any thread. Spec: dir-spec, "General-use HTTP URLs". */
final class DocumentRequests {
    /** How far from now a consensus may begin or have ended. */
    private static final Duration TOLERANCE = Duration.ofHours(24);
    /** The most documents in one request. */
    private static final int MAX_NAMES = 500;

    private static final String CURRENT = "/tor/status-vote/current/";
    private static final String KEYS = "/tor/keys/";
    static final String MICRO = "/tor/micro/d/";
    private static final String SERVER = "/tor/server/";
    private static final String EXTRA = "/tor/extra/";

    private final DirectoryStore store;
    private final Optional<Authority> authority;
    private final Clock clock;

    DocumentRequests(DirectoryStore store, Optional<Authority> authority, Clock clock) {
        this.store = store;
        this.authority = authority;
        this.clock = clock;
    }

    DirAnswer get(DirRequest request) {
        String path = request.path();
        if (path.startsWith(CURRENT + "consensus")) {
            return consensus(request, path.substring(CURRENT.length()));
        } else if (path.startsWith(CURRENT)) {
            return votes(path.substring(CURRENT.length()));
        } else if (path.startsWith(VotingRequests.NEXT)) {
            return authority
                    .map(a -> VotingRequests.get(a, path.substring(VotingRequests.NEXT.length())))
                    .orElseGet(DirAnswer::notFound);
        } else if (path.startsWith(KEYS)) {
            return certificates(request, path.substring(KEYS.length()));
        } else if (path.startsWith(MICRO)) {
            return microdescriptors(path);
        } else if (path.startsWith(SERVER)) {
            return descriptors(path.substring(SERVER.length()));
        } else if (path.startsWith(EXTRA)) {
            return extraInfos(path.substring(EXTRA.length()));
        }
        return DirAnswer.notFound();
    }

    /** @param resource flavour, perhaps the base of a diff, perhaps the authorities that should have signed */
    private DirAnswer consensus(DirRequest request, String resource) {
        List<String> parts = Splitter.on('/').splitToList(resource);
        Optional<Flavour> flavour = flavour(parts.get(0));
        List<String> rest = parts.subList(1, parts.size());
        boolean diffAlone = !rest.isEmpty() && rest.get(0).equals("diff");
        if (diffAlone) {
            rest = rest.subList(1, rest.size());
        }
        List<Bytes> bases = new ArrayList<>();
        if (diffAlone && !rest.isEmpty()) {
            bases.addAll(hexList(rest.get(0), '+'));
            rest = rest.subList(1, rest.size());
        } else {
            bases.addAll(hexList(request.headers().getOrDefault("x-or-diff-from-consensus", ""), ','));
        }
        if (!flavour.isPresent() || rest.size() > 1) {
            return DirAnswer.notFound();
        }
        Optional<SignedConsensus> newest = store.consensus(flavour.get());
        if (!newest.isPresent()) {
            return DirAnswer.notFound();
        }
        Collection<Bytes> wanted = rest.isEmpty() ? ImmutableList.of() : hexList(rest.get(0), '+');
        return consensus(request, newest.get(), bases, wanted, diffAlone);
    }

    private DirAnswer consensus(
            DirRequest request,
            SignedConsensus newest,
            List<Bytes> bases,
            Collection<Bytes> wanted,
            boolean diffAlone) {
        if (clock.instant().plus(TOLERANCE).isBefore(newest.validAfter())) {
            return DirAnswer.status(404, "Consensus is too new");
        }
        if (newest.validUntil().plus(TOLERANCE).isBefore(clock.instant())) {
            return DirAnswer.status(404, "Consensus is too old");
        }
        if (!wanted.isEmpty() && !newest.isSignedByMostOf(wanted)) {
            return DirAnswer.status(404, "Consensus not signed by enough of these authorities");
        }
        boolean known = modifiedSince(request)
                .map(time -> !newest.validAfter().isAfter(time))
                .orElse(false);
        if (known || bases.contains(newest.diffBase())) {
            return DirAnswer.notModified();
        }
        for (Bytes base : bases) {
            Optional<Bytes> diff = store.diff(newest.flavour(), base);
            if (diff.isPresent()) {
                return DirAnswer.ok(diff.get()).withHeader("Vary: X-Or-Diff-From-Consensus");
            }
        }
        return diffAlone
                ? DirAnswer.notFound()
                : DirAnswer.ok(newest.text()).withHeader("Vary: X-Or-Diff-From-Consensus");
    }

    private static Optional<Flavour> flavour(String resource) {
        for (Flavour flavour : Flavour.values()) {
            if (flavour.resource().equals(resource)) {
                return Optional.of(flavour);
            }
        }
        return Optional.empty();
    }

    private static Optional<Instant> modifiedSince(DirRequest request) {
        String value = request.headers().get("if-modified-since");
        if (value == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** The votes behind the newest consensus. */
    private DirAnswer votes(String name) {
        Map<RsaIdentity, Bytes> votes =
                store.newest().map(DirectorySnapshot::votes).orElse(ImmutableSortedMap.of());
        if (name.startsWith("d/")) {
            return votesByDigest(votes.values(), hexList(name.substring("d/".length()), '+'));
        }
        if (name.equals("authority")) {
            return answer(
                    authority.map(a -> votes.get(a.keys().identity())).stream().toList());
        }
        List<Bytes> found = new ArrayList<>();
        for (Bytes identity : hexList(name, '+')) {
            if (identity.size() == RsaIdentity.LEN && votes.containsKey(new RsaIdentity(identity))) {
                found.add(votes.get(new RsaIdentity(identity)));
            }
        }
        return answer(found);
    }

    private static DirAnswer votesByDigest(Collection<Bytes> votes, Collection<Bytes> digests) {
        List<Bytes> found = new ArrayList<>();
        for (Bytes text : votes) {
            try {
                if (digests.contains(VoteParser.parse(text.toArray()).digest())) {
                    found.add(text);
                }
            } catch (DocumentException e) {
                throw new IllegalStateException("a vote that we made is no good", e);
            }
        }
        return answer(found);
    }

    private DirAnswer certificates(DirRequest request, String name) {
        ImmutableList<AuthorityCertificate> all =
                store.newest().map(DirectorySnapshot::certificates).orElse(ImmutableList.of());
        Map<Bytes, AuthorityCertificate> found = new LinkedHashMap<>();
        if (name.equals("all")) {
            all.forEach(c -> found.put(c.signingKeyDigest(), c));
        } else if (name.equals("authority")) {
            authority.map(a -> a.keys().certificate()).ifPresent(c -> found.put(c.signingKeyDigest(), c));
        } else if (name.startsWith("fp-sk/")) {
            for (String pair : names(name.substring("fp-sk/".length()), '+')) {
                int dash = pair.indexOf('-');
                Bytes identity = dash < 0 ? Bytes.EMPTY : hex(pair.substring(0, dash));
                Bytes signing = dash < 0 ? Bytes.EMPTY : hex(pair.substring(dash + 1));
                all.stream()
                        .filter(c -> c.identity().value().equals(identity)
                                && c.signingKeyDigest().equals(signing))
                        .forEach(c -> found.put(c.signingKeyDigest(), c));
            }
        } else if (name.startsWith("fp/")) {
            List<Bytes> identities = hexList(name.substring("fp/".length()), '+');
            all.stream()
                    .filter(c -> identities.contains(c.identity().value()))
                    .forEach(c -> found.put(c.identity().value(), c)); // the newest of each
        } else if (name.startsWith("sk/")) {
            List<Bytes> signing = hexList(name.substring("sk/".length()), '+');
            all.stream()
                    .filter(c -> signing.contains(c.signingKeyDigest()))
                    .forEach(c -> found.put(c.signingKeyDigest(), c));
        } else {
            return DirAnswer.status(400, "Bad request");
        }
        Optional<Instant> since = modifiedSince(request);
        boolean before = !found.isEmpty();
        found.values().removeIf(c -> since.isPresent() && c.published().isBefore(since.get()));
        if (before && found.isEmpty()) {
            return DirAnswer.notModified();
        }
        return answer(texts(found.values(), AuthorityCertificate::text));
    }

    private DirAnswer microdescriptors(String path) {
        List<Bytes> found = new ArrayList<>();
        for (Bytes digest : microdescriptorDigests(path)) {
            store.microdescriptor(digest).ifPresent(found::add);
        }
        return answer(found);
    }

    /** The digests that a request for microdescriptors names; words of another form are passed over. */
    static List<Bytes> microdescriptorDigests(String path) {
        List<Bytes> digests = new ArrayList<>();
        for (String name : names(path.substring(MICRO.length()), '-')) {
            if (BaseEncoding.base64().omitPadding().canDecode(name)) {
                digests.add(Bytes.copyOf(BaseEncoding.base64().omitPadding().decode(name)));
            }
        }
        return digests;
    }

    private DirAnswer descriptors(String name) {
        Collection<ServerDescriptor> all = known();
        if (name.equals("all")) {
            return answer(texts(all, ServerDescriptor::text));
        } else if (name.equals("authority")) {
            return answer(authority
                    .map(a -> texts(
                            filter(all, d -> d.keys().identity().equals(a.relayIdentity())), ServerDescriptor::text))
                    .orElse(ImmutableList.of()));
        } else if (name.startsWith("fp/")) {
            List<Bytes> identities = hexList(name.substring("fp/".length()), '+');
            return answer(texts(
                    filter(all, d -> identities.contains(d.keys().identity().value())), ServerDescriptor::text));
        } else if (name.startsWith("d/")) {
            List<Bytes> found = new ArrayList<>();
            for (Bytes digest : hexList(name.substring("d/".length()), '+')) {
                store.descriptor(digest).map(ServerDescriptor::text).ifPresent(found::add);
            }
            return answer(found);
        }
        return DirAnswer.status(400, "Bad request");
    }

    /** An authority serves what it has been given; others, what the last consensus was made of. */
    private Collection<ServerDescriptor> known() {
        return authority.isPresent()
                ? authority.get().descriptors()
                : store.newest().map(s -> s.descriptors().values()).orElse(ImmutableList.of());
    }

    private DirAnswer extraInfos(String name) {
        if (!authority.isPresent()) {
            return DirAnswer.notFound();
        }
        if (name.startsWith("d/")) {
            return answer(authority.get().extraInfosByDigest(hexList(name.substring("d/".length()), '+')));
        } else if (name.startsWith("fp/")) {
            return answer(authority.get().extraInfosByIdentity(hexList(name.substring("fp/".length()), '+')));
        }
        return DirAnswer.notFound();
    }

    private static <T> List<T> filter(Collection<T> all, Predicate<T> which) {
        return all.stream().filter(which).toList();
    }

    private static <T> List<Bytes> texts(Collection<T> documents, Function<T, Bytes> text) {
        return documents.stream().map(text).toList();
    }

    /** All of these one behind the other; not found if there is none. */
    static DirAnswer answer(List<Bytes> texts) {
        return texts.isEmpty() ? DirAnswer.notFound() : DirAnswer.ok(Bytes.concat(texts.toArray(new Bytes[0])));
    }

    /** The words of a list, none twice, a limited number of them. */
    private static List<String> names(String list, char separator) {
        return Splitter.on(separator)
                .trimResults()
                .omitEmptyStrings()
                .splitToStream(list)
                .distinct()
                .limit(MAX_NAMES)
                .toList();
    }

    /** The hexadecimal words of a list; others are passed over. */
    static List<Bytes> hexList(String list, char separator) {
        List<Bytes> values = new ArrayList<>();
        for (String name : names(list, separator)) {
            Bytes value = hex(name);
            if (!value.isEmpty()) {
                values.add(value);
            }
        }
        return values;
    }

    private static Bytes hex(String name) {
        boolean hex = name.length() % 2 == 0 && name.length() <= 2 * Digests.SHA256_LEN;
        for (int i = 0; i < name.length(); i++) {
            hex &= Character.digit(name.charAt(i), 16) >= 0 && name.charAt(i) < 128;
        }
        return hex ? Bytes.fromHex(name) : Bytes.EMPTY;
    }
}
