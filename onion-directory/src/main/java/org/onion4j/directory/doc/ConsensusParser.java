package org.onion4j.directory.doc;

import com.google.common.collect.ImmutableMap;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Digests;

/** Reads a consensus; see {@link Consensus#parse}. Header, entries and footer in one pass. Used once, by one thread. */
final class ConsensusParser {
    private static final byte[] DIRECTORY_SIGNATURE = ItemReader.ascii("directory-signature");
    private static final int MAX_SIGNATURES = 1000;
    private static final int MIN_SIGNATURE_LEN = 128;
    private static final int MAX_SIGNATURE_LEN = 512;

    private final byte[] text;
    private final ItemReader in;
    private final Consensus.Builder consensus = Consensus.builder();
    private final List<ConsensusSignature> signatures = new ArrayList<>();
    private int signedEnd; // behind the space after the first directory-signature

    ConsensusParser(byte[] text) {
        this.text = text;
        this.in = new ItemReader(text, 0, text.length);
    }

    Consensus parse() throws DocumentException {
        if (text.length > Consensus.MAX_LEN) {
            throw new DocumentException("consensus of " + text.length + " bytes");
        }
        boolean more = new ConsensusHeaderParser(text, in, consensus).parse();
        more = relays(more);
        footer(more);
        consensus.signatures(signatures);
        consensus.signedDigests(digests());
        return consensus.build();
    }

    private boolean relays(boolean more) throws DocumentException {
        List<RouterStatus> relays = new ArrayList<>(text.length / 350);
        RouterStatusParser parser = new RouterStatusParser(text, in);
        RsaIdentity last = null;
        boolean atEntry = more;
        while (atEntry && in.keywordLetter() == 'r') {
            RouterStatus.Builder entry = RouterStatus.builder();
            atEntry = parser.entry(entry);
            RouterStatus relay = entry.build();
            if (last != null && last.compareTo(relay.rsaIdentity()) >= 0) {
                throw in.fault("entry above is not in the order of identities");
            }
            last = relay.rsaIdentity();
            relays.add(relay);
        }
        consensus.relays(relays);
        return atEntry;
    }

    private void footer(boolean more) throws DocumentException {
        Set<String> seen = new HashSet<>();
        boolean atItem = more;
        while (atItem && !in.keywordIs(DIRECTORY_SIGNATURE)) {
            switch (in.keyword()) {
                case "directory-footer" -> {
                    in.expectNoMoreArgs();
                    once(seen, "directory-footer");
                }
                case "bandwidth-weights" -> {
                    once(seen, "bandwidth-weights");
                    consensus.bandwidthWeights(keyValues(in));
                }
                default -> {
                    // one of the future
                }
            }
            atItem = in.next();
        }
        if (!atItem) {
            throw in.fault("no directory-signature");
        }
        if (in.keywordEnd() == in.lineEnd() || text[in.keywordEnd()] != ' ') {
            throw in.fault("directory-signature without arguments");
        }
        signedEnd = in.keywordEnd() + 1;
        while (atItem) {
            if (!in.keywordIs(DIRECTORY_SIGNATURE)) {
                throw in.fault("something else after directory-signature");
            }
            signature();
            atItem = in.next();
        }
    }

    private void once(Set<String> seen, String keyword) throws DocumentException {
        in.expectNoObject();
        if (!seen.add(keyword)) {
            throw in.fault(keyword + " a second time");
        }
    }

    private void signature() throws DocumentException {
        String first = in.text("identity");
        String second = in.text("signing key digest");
        DigestAlgorithm algorithm = DigestAlgorithm.SHA1;
        if (in.nextArg()) {
            algorithm = DigestAlgorithm.ofKeyword(first);
            if (algorithm == DigestAlgorithm.UNKNOWN) {
                return; // the rest of it may be of another form
            }
            first = second;
            second = in.argText();
        }
        Bytes signature = in.object("SIGNATURE");
        if (signature.size() < MIN_SIGNATURE_LEN || signature.size() > MAX_SIGNATURE_LEN) {
            throw in.fault("signature of " + signature.size() + " bytes");
        }
        if (signatures.size() == MAX_SIGNATURES) {
            throw in.fault("too many signatures");
        }
        signatures.add(new ConsensusSignature(
                algorithm,
                new RsaIdentity(HexText.decode(in, first, RsaIdentity.LEN, "identity")),
                HexText.decode(in, second, RsaIdentity.LEN, "signing key digest"),
                signature));
    }

    private ImmutableMap<DigestAlgorithm, Bytes> digests() {
        ImmutableMap.Builder<DigestAlgorithm, Bytes> digests = ImmutableMap.builder();
        for (DigestAlgorithm algorithm : DigestAlgorithm.values()) {
            if (signatures.stream().anyMatch(s -> s.algorithm() == algorithm)) {
                MessageDigest digest = algorithm == DigestAlgorithm.SHA1 ? Digests.newSha1() : Digests.newSha256();
                digest.update(text, 0, signedEnd);
                digests.put(algorithm, Bytes.copyOf(digest.digest()));
            }
        }
        return digests.buildOrThrow();
    }

    /** The arguments of the current line, each a name, an equals sign and a number of 32 bits; no name twice. */
    static Map<String, Integer> keyValues(ItemReader in) throws DocumentException {
        Map<String, Integer> values = new HashMap<>();
        while (in.nextArg()) {
            int equals = in.equalsInArg();
            int value = in.signedAfter(equals);
            String name = in.argText().substring(0, equals - in.argAt());
            if (name.isEmpty() || values.put(name, value) != null) {
                throw in.fault("name empty or a second time");
            }
        }
        return values;
    }
}
