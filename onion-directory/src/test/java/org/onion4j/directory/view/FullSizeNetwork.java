package org.onion4j.directory.view;

import com.google.common.io.BaseEncoding;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.Microdescriptor;
import org.onion4j.directory.doc.MicrodescriptorParser;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.doc.RouterStatus;

/**
 * A view of a real consensus with microdescriptors generated for it, in which families and policies are spread about as
 * in the public network. They are read by the parser that a client uses.
 */
public final class FullSizeNetwork {
    private static final String[] POLICIES = {
        "reject 1-65535",
        "accept 20-23,43,53,79-81,88,110,143,194,220,389,443,464,531,543-544,554,563,636,706,749,873,902-904,981,"
                + "989-995,1194,1220,1293,1500,1533,1677,1723,1755,1863,2082-2083,2086-2087,2095-2096,2102-2104,3128,"
                + "3389,3690,4321,4643,5050,5190,5222-5223,5228,5900,6660-6669,6679,6697,8000,8008,8074,8080,8082,"
                + "8087-8088,8232-8233,8332-8333,8443,8888,9418,9999-10000,11371,19294,19638,50002,64738",
        "accept 80,443",
        "reject 25,119,135-139,445,563,1214,4661-4666,6346-6429,6699,6881-6999",
        "accept 53,80,443,853",
    };

    private FullSizeNetwork() {}

    /** The view of a consensus; the same seed gives the same microdescriptors. */
    public static NetworkView of(Consensus consensus, long seed) throws DocumentException {
        Random random = new Random(seed);
        Map<Bytes, Microdescriptor> all = new HashMap<>();
        MicrodescriptorParser parser = new MicrodescriptorParser();
        List<RouterStatus> relays = consensus.relays();
        List<String> families = families(relays, random);
        for (int i = 0; i < relays.size(); i++) {
            byte[] text = text(relays.get(i), families.get(i), random).getBytes(StandardCharsets.US_ASCII);
            Microdescriptor read = parser.parse(text, 0, text.length).microdescriptor();
            Bytes digest = relays.get(i).microdescriptorDigest();
            all.put(
                    digest,
                    new Microdescriptor(
                            digest,
                            read.ntorOnionKey(),
                            read.ed25519Identity(),
                            read.ipv4Policy(),
                            read.ipv6Policy(),
                            read.family(),
                            read.familyIds()));
        }
        return NetworkView.of(consensus, digest -> Optional.ofNullable(all.get(digest)));
    }

    /** A family line for each relay: about half are alone, the others in families of 2 to 200. */
    private static List<String> families(List<RouterStatus> relays, Random random) {
        List<String> lines = new ArrayList<>();
        while (lines.size() < relays.size()) {
            int left = relays.size() - lines.size();
            int size = random.nextInt(10) < 9 ? 1 : Math.min(left, 2 + (int) (Math.pow(random.nextDouble(), 3) * 198));
            StringBuilder line = new StringBuilder();
            if (size > 1) {
                line.append("family");
                for (RouterStatus member : relays.subList(lines.size(), lines.size() + size)) {
                    line.append(" $").append(member.rsaIdentity().value().hex().toUpperCase(Locale.ROOT));
                }
                line.append('\n');
            }
            for (int i = 0; i < size; i++) {
                lines.add(line.toString());
            }
        }
        return lines;
    }

    private static String text(RouterStatus relay, String family, Random random) {
        boolean exit = relay.has(RelayFlag.EXIT);
        String policy = POLICIES[exit ? 1 + random.nextInt(POLICIES.length - 1) : 0];
        return "onion-key\nntor-onion-key " + key(random) + "\n" + family + "p " + policy + "\n"
                + (exit && random.nextBoolean() ? "p6 " + policy + "\n" : "") + "id ed25519 " + key(random) + "\n";
    }

    private static String key(Random random) {
        byte[] key = new byte[32];
        random.nextBytes(key);
        return BaseEncoding.base64().omitPadding().encode(key);
    }
}
