package org.onion4j.testnet.dir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.Mutations;
import org.onion4j.testnet.dir.DetachedSignatures.FlavourDigest;
import org.onion4j.testnet.dir.DetachedSignatures.Signature;

/** Any detached signatures are read as they were meant; T34: any bytes give some or a {@link DocumentException}. */
class DetachedSignaturesPropertyTest {
    private static final long YEAR_9999 = 253_370_764_800L;

    @Property(tries = 200)
    void parse_anyDocument_isTheSame(@ForAll("documents") DetachedSignatures document) throws Exception {
        assertThat(DetachedSignatures.parse(document.text())).isEqualTo(document);
    }

    @Property(tries = 500)
    void parse_damagedDocument_throwsDocumentExceptionOrIsWritable(@ForAll("damaged") byte[] text) throws Exception {
        DetachedSignatures read;
        try {
            read = DetachedSignatures.parse(Bytes.copyOf(text));
        } catch (DocumentException e) {
            assertThat(e).hasMessageNotContaining("null");
            return;
        }
        assertThat(DetachedSignatures.parse(read.text())).isEqualTo(read);
    }

    @Property(tries = 200)
    void parse_anyBytes_throwsDocumentException(@ForAll byte[] text) {
        assertThatThrownBy(() -> DetachedSignatures.parse(Bytes.copyOf(text))).isInstanceOf(DocumentException.class);
    }

    @Test
    void parse_tooLong_throwsDocumentException() {
        Bytes text = Bytes.copyOf(new byte[DetachedSignatures.MAX_LEN + 1]);
        assertThatThrownBy(() -> DetachedSignatures.parse(text)).isInstanceOf(DocumentException.class);
    }

    @Test
    void parse_tooManySignatures_throwsDocumentException() {
        StringBuilder text = new StringBuilder(NO_SIGNATURES);
        for (int i = 0; i <= DetachedSignatures.MAX_SIGNATURES; i++) {
            text.append(signature(String.format("%040X", i)));
        }
        assertThatThrownBy(() -> DetachedSignatures.parse(bytes(text.toString())))
                .isInstanceOf(DocumentException.class)
                .hasMessageContaining("too many");
    }

    private static final String NO_SIGNATURES = "consensus-digest " + "AB".repeat(20)
            + "\nvalid-after 2026-01-01 00:00:00\nfresh-until 2026-01-01 01:00:00\nvalid-until 2026-01-01 03:00:00\n";

    private static String signature(String identity) {
        return new DocumentText()
                .line("directory-signature", identity, "CD".repeat(20))
                .object("SIGNATURE", Bytes.copyOf(new byte[128]))
                .toString();
    }

    private static Bytes bytes(String text) {
        return Bytes.copyOf(DocumentText.bytes(text));
    }

    /** What C tor passes over, too. */
    @Test
    void parse_unknownAlgorithms_andWhatIsThereTwice_arePassedOver() throws Exception {
        String text = NO_SIGNATURES
                + "additional-digest microdesc sha3 00\n"
                + "something-new of the future\n"
                + signature("AB".repeat(20))
                + signature("AB".repeat(20));
        DetachedSignatures read = DetachedSignatures.parse(bytes(text));
        assertThat(read.additionalDigests()).isEmpty();
        assertThat(read.signatures()).hasSize(1);
    }

    @Test
    void parse_digestNotAtTheStart_throwsDocumentException() {
        int end = NO_SIGNATURES.indexOf('\n') + 1;
        String text = NO_SIGNATURES.substring(end) + NO_SIGNATURES.substring(0, end);
        assertThatThrownBy(() -> DetachedSignatures.parse(bytes(text))).isInstanceOf(DocumentException.class);
    }

    private static Arbitrary<Bytes> bytes(int min, int max) {
        return Arbitraries.bytes()
                .array(byte[].class)
                .ofMinSize(min)
                .ofMaxSize(max)
                .map(Bytes::copyOf);
    }

    private static Arbitrary<Signature> signature() {
        Arbitrary<String[]> kinds = Arbitraries.of(
                new String[] {DetachedSignatures.NS, "sha1"},
                new String[] {"microdesc", "sha256"},
                new String[] {"another", "sha1"});
        return Combinators.combine(
                        kinds,
                        bytes(20, 20),
                        bytes(20, 20),
                        bytes(DetachedSignatures.MIN_SIGNATURE_LEN, DetachedSignatures.MAX_SIGNATURE_LEN))
                .as((kind, identity, key, signature) ->
                        new Signature(kind[0], kind[1], new RsaIdentity(identity), key, signature));
    }

    @Provide
    Arbitrary<DetachedSignatures> documents() {
        Arbitrary<Instant> times = Arbitraries.longs().between(0, YEAR_9999).map(Instant::ofEpochSecond);
        Arbitrary<ImmutableList<FlavourDigest>> digests = bytes(32, 32)
                .optional()
                .map(one -> one.map(digest -> ImmutableList.of(new FlavourDigest("microdesc", "sha256", digest)))
                        .orElse(ImmutableList.of()));
        return Combinators.combine(
                        bytes(20, 20),
                        times,
                        times,
                        times,
                        digests,
                        signature().list().ofMaxSize(8))
                .as((digest, after, fresh, until, more, signatures) ->
                        new DetachedSignatures(digest, after, fresh, until, more, distinct(signatures)));
    }

    /** None of one key twice. */
    private static ImmutableList<Signature> distinct(List<Signature> signatures) {
        Map<List<Object>, Signature> all = new LinkedHashMap<>();
        signatures.forEach(one ->
                all.putIfAbsent(List.of(one.flavour(), one.algorithm(), one.identity(), one.signingKeyDigest()), one));
        return ImmutableList.copyOf(all.values());
    }

    @Provide
    Arbitrary<byte[]> damaged() {
        return Mutations.of(DocumentText.bytes(NO_SIGNATURES
                + "additional-digest microdesc sha256 " + "EF".repeat(32) + "\n"
                + signature("12".repeat(20)).replace("directory-signature", "additional-signature microdesc sha256")
                + signature("AB".repeat(20))));
    }
}
