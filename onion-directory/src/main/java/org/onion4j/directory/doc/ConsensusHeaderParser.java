package org.onion4j.directory.doc;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.onion4j.crypto.bytes.RsaIdentity;

/** Reads what stands before the first router status entry of a consensus. Used once, by one thread. */
final class ConsensusHeaderParser {
    private static final ImmutableSet<String> NEEDED =
            ImmutableSet.of("vote-status", "valid-after", "fresh-until", "valid-until", "voting-delay", "known-flags");

    private final byte[] text;
    private final ItemReader in;
    private final Consensus.Builder consensus;
    private final Set<String> seen = new HashSet<>();
    private final List<DirSource> dirSources = new ArrayList<>();
    private boolean contactSeen; // under the last dir-source
    private boolean voteDigestSeen;

    ConsensusHeaderParser(byte[] text, ItemReader in, Consensus.Builder consensus) {
        this.text = text;
        this.in = in;
        this.consensus = consensus;
    }

    /** Steps to the first line behind the header; whether there is one. */
    boolean parse() throws DocumentException {
        if (!in.next() || in.itemAt() != 0 || !in.keyword().equals("network-status-version")) {
            throw in.fault("does not begin with network-status-version");
        }
        if (!in.text("version").equals("3") || !in.text("flavour").equals("microdesc")) {
            throw in.fault("no consensus of version 3 and flavour microdesc");
        }
        in.expectNoObject();
        boolean more = in.next();
        while (more && in.keywordLetter() != 'r' && !RouterStatusParser.startsFooter(in, text)) {
            item(in.keyword());
            more = in.next();
        }
        for (String keyword : NEEDED) {
            if (!seen.contains(keyword)) {
                throw in.fault(keyword + " missing above");
            }
        }
        if (dirSources.isEmpty()) {
            throw in.fault("dir-source missing above");
        }
        if (!consensus.timesInOrder()) {
            throw in.fault("times above are not in order");
        }
        consensus.dirSources(dirSources);
        return more;
    }

    private void item(String keyword) throws DocumentException {
        switch (keyword) {
            case "dir-source" -> dirSource();
            case "contact" -> {
                contactSeen = onceASource(contactSeen);
            }
            case "vote-digest" -> {
                voteDigestSeen = onceASource(voteDigestSeen);
                in.arg("vote digest");
                in.hexArg(RsaIdentity.LEN, "vote digest");
            }
            case "network-status-version" -> throw in.fault("network-status-version a second time");
            default -> single(keyword);
        }
    }

    /** Handles what may come once at most. */
    private void single(String keyword) throws DocumentException {
        switch (keyword) {
            case "vote-status" -> {
                once(keyword);
                if (!in.text("vote status").equals("consensus")) {
                    throw in.fault("not a consensus");
                }
            }
            case "consensus-method" -> {
                once(keyword);
                consensus.method((int) in.number("method", 1, Integer.MAX_VALUE));
                in.expectNoMoreArgs();
            }
            case "valid-after" -> {
                once(keyword);
                consensus.validAfter(in.time(keyword));
            }
            case "fresh-until" -> {
                once(keyword);
                consensus.freshUntil(in.time(keyword));
            }
            case "valid-until" -> {
                once(keyword);
                consensus.validUntil(in.time(keyword));
            }
            case "voting-delay" -> {
                once(keyword);
                in.number("voting delay", 0, Integer.MAX_VALUE);
                in.number("distribution delay", 0, Integer.MAX_VALUE);
            }
            case "known-flags" -> {
                once(keyword);
                consensus.knownFlags(words());
            }
            case "params" -> {
                once(keyword);
                consensus.parameters(ConsensusParser.keyValues(in));
            }
            case "shared-rand-previous-value" -> {
                once(keyword);
                consensus.previousSharedRandom(sharedRandom());
            }
            case "shared-rand-current-value" -> {
                once(keyword);
                consensus.currentSharedRandom(sharedRandom());
            }
            default -> protocolsOrUnknown(keyword);
        }
    }

    private void protocolsOrUnknown(String keyword) throws DocumentException {
        switch (keyword) {
            case "recommended-client-protocols" -> {
                once(keyword);
                consensus.recommendedClientProtocols(protocols());
            }
            case "required-client-protocols" -> {
                once(keyword);
                consensus.requiredClientProtocols(protocols());
            }
            case "recommended-relay-protocols", "required-relay-protocols" -> {
                once(keyword);
                protocols();
            }
            case "client-versions", "server-versions" -> once(keyword);
            default -> {
                // one of the future, or a package line
            }
        }
    }

    private void once(String keyword) throws DocumentException {
        in.expectNoObject();
        if (!seen.add(keyword)) {
            throw in.fault(keyword + " a second time");
        }
    }

    private boolean onceASource(boolean alreadySeen) throws DocumentException {
        in.expectNoObject();
        if (alreadySeen || dirSources.isEmpty()) {
            throw in.fault("out of place");
        }
        return true;
    }

    private void dirSource() throws DocumentException {
        in.expectNoObject();
        String nickname = in.text("nickname");
        RsaIdentity identity = in.hexIdentity("identity");
        String hostname = in.text("host name");
        in.arg("address");
        if (AddressText.ipv4(text, in.argAt(), in.argEnd()) < 0) {
            throw in.fault("address is no IPv4 address");
        }
        dirSources.add(new DirSource(
                nickname, identity, hostname, in.argText(), (int) in.number("directory port", 0, 65535), (int)
                        in.number("OR port", 0, 65535)));
        contactSeen = false;
        voteDigestSeen = false;
    }

    private ProtocolVersions protocols() throws DocumentException {
        try {
            return ProtocolVersions.parse(in.rest());
        } catch (DocumentException e) {
            throw in.fault(e.getMessage());
        }
    }

    private SharedRandomValue sharedRandom() throws DocumentException {
        int reveals = (int) in.number("number of reveals", 0, Integer.MAX_VALUE);
        return new SharedRandomValue(reveals, in.base64(SharedRandomValue.LEN, "shared random value"));
    }

    private ImmutableSortedSet<String> words() {
        ImmutableSortedSet.Builder<String> words = ImmutableSortedSet.naturalOrder();
        while (in.nextArg()) {
            words.add(in.argText());
        }
        return words.build();
    }
}
