package org.onion4j.directory.doc;

import com.google.common.hash.Hashing;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;
import org.onion4j.crypto.bytes.Bytes;

/** Writes consensuses and microdescriptors for tests, as texts. Not for more than one thread. */
public final class TestConsensus {
    private static final String PROTOCOLS = "Cons=1-2 Desc=1-2 DirCache=2 FlowCtrl=1-2 HSDir=2 HSIntro=4-5 HSRend=1-2"
            + " Link=1-5 LinkAuth=1,3 Microdesc=1-2 Padding=2 Relay=1-4";

    private final TreeMap<Bytes, String> entries = new TreeMap<>();
    private Instant validAfter = Instant.parse("2024-05-17T17:00:00Z");
    private Instant freshUntil = validAfter.plus(Duration.ofHours(1));
    private Instant validUntil = validAfter.plus(Duration.ofHours(3));
    private String versionLine = "network-status-version 3 microdesc\n";
    private String required = "Cons=2 Desc=2 Link=4 Microdesc=2 Relay=2";
    private String params = "";
    private String extra = "";

    /** Fresh for an hour, valid for three. */
    @CanIgnoreReturnValue
    public TestConsensus validAfter(Instant value) {
        return times(value, value.plus(Duration.ofHours(1)), value.plus(Duration.ofHours(3)));
    }

    @CanIgnoreReturnValue
    public TestConsensus times(Instant after, Instant fresh, Instant until) {
        validAfter = after;
        freshUntil = fresh;
        validUntil = until;
        return this;
    }

    @CanIgnoreReturnValue
    public TestConsensus versionLine(String value) {
        versionLine = value;
        return this;
    }

    @CanIgnoreReturnValue
    public TestConsensus required(String protocols) {
        required = protocols;
        return this;
    }

    @CanIgnoreReturnValue
    public TestConsensus params(String value) {
        params = value;
        return this;
    }

    /** Lines to stand at the end of the header. */
    @CanIgnoreReturnValue
    public TestConsensus extra(String lines) {
        extra = lines;
        return this;
    }

    /** Adds a relay whose keys follow from its nickname; its microdescriptor is {@link #microdescriptor}. */
    @CanIgnoreReturnValue
    public TestConsensus relay(String nickname, String flags, long bandwidth, String microdescriptor) {
        byte[] identity = Hashing.sha256()
                .hashString("rsa " + nickname, StandardCharsets.UTF_8)
                .asBytes();
        Bytes rsa = Bytes.copyOf(identity, 0, 20);
        int host = entries.size() + 1;
        entries.put(
                rsa,
                "r " + nickname + " " + base64(rsa.toArray()) + " 2038-01-01 00:00:00 10." + host % 256 + "."
                        + host / 256 + ".1 9001 0\n"
                        + "m " + microdescriptorDigest(microdescriptor) + "\n"
                        + "s " + flags + "\n"
                        + "v Tor 0.4.8.11\n"
                        + "pr " + PROTOCOLS + "\n"
                        + "w Bandwidth=" + bandwidth + "\n");
        return this;
    }

    /** A microdescriptor whose keys follow from the nickname. */
    public static String microdescriptor(String nickname, String lines) {
        return "onion-key\nntor-onion-key "
                + base64(Hashing.sha256()
                        .hashString("ntor " + nickname, StandardCharsets.UTF_8)
                        .asBytes())
                + "\n" + lines + "id ed25519 "
                + base64(Hashing.sha256()
                        .hashString("ed " + nickname, StandardCharsets.UTF_8)
                        .asBytes())
                + "\n";
    }

    /** The digest of a microdescriptor as consensuses write it. */
    public static String microdescriptorDigest(String text) {
        return base64(
                Hashing.sha256().hashString(text, StandardCharsets.ISO_8859_1).asBytes());
    }

    /** The text up to the space behind the first directory-signature, which is what signatures cover. */
    public String signedPart(List<TestAuthority> voters) {
        StringBuilder out = new StringBuilder();
        out.append(versionLine)
                .append("vote-status consensus\nconsensus-method 33\n")
                .append("valid-after ")
                .append(TestAuthority.time(validAfter))
                .append('\n')
                .append("fresh-until ")
                .append(TestAuthority.time(freshUntil))
                .append('\n')
                .append("valid-until ")
                .append(TestAuthority.time(validUntil))
                .append('\n')
                .append("voting-delay 300 300\n")
                .append("known-flags Authority BadExit Exit Fast Guard HSDir Running Stable V2Dir Valid\n")
                .append("recommended-client-protocols Link=4-5\n")
                .append("required-client-protocols ")
                .append(required)
                .append('\n')
                .append("params ")
                .append(params)
                .append('\n')
                .append(extra);
        for (TestAuthority voter : voters) {
            out.append("dir-source voter ")
                    .append(voter.identityHex())
                    .append(" 127.0.0.1 127.0.0.1 80 443\n")
                    .append("contact nobody\n")
                    .append("vote-digest ")
                    .append(voter.identityHex())
                    .append('\n');
        }
        entries.values().forEach(out::append);
        out.append("directory-footer\n")
                .append("bandwidth-weights Wbd=0 Wbe=0 Wbg=4194 Wbm=10000 Wdb=10000 Web=10000 Wed=10000 Wee=10000")
                .append(" Weg=10000 Wem=10000 Wgb=10000 Wgd=0 Wgg=5806 Wgm=5806 Wmb=10000 Wmd=0 Wme=0 Wmg=4194")
                .append(" Wmm=10000\n")
                .append("directory-signature ");
        return out.toString();
    }

    /** The whole text, signed by all the voters. */
    public byte[] signed(List<TestAuthority> voters) {
        return signedBy(voters, voters);
    }

    /** The whole text, signed by some. */
    public byte[] signedBy(List<TestAuthority> voters, List<TestAuthority> signers) {
        String signedPart = signedPart(voters);
        StringBuilder signatures = new StringBuilder();
        for (TestAuthority signer : signers) {
            signatures.append(signer.consensusSignature(signedPart, "sha256"));
        }
        return withSignatures(signedPart, signatures.toString());
    }

    /** The whole text with signature items of the test's own. */
    public static byte[] withSignatures(String signedPart, String signatures) {
        String unsigned = signedPart.substring(0, signedPart.length() - "directory-signature ".length());
        return (unsigned + signatures).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }
}
