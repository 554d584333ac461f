package org.onion4j.directory.doc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class AuthorityCertificateTest {
    private static final Instant PUBLISHED = Instant.parse("2024-05-01T00:00:00Z");
    private static final Instant EXPIRES = Instant.parse("2024-08-01T00:00:00Z");

    private final TestAuthority authority = TestAuthority.some(1).get(0);
    private final String good = authority.certificate(PUBLISHED, EXPIRES);

    private static List<AuthorityCertificate> parse(String text) throws DocumentException {
        return AuthorityCertificate.parseAll(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The certificate with its text changed and signed anew. */
    private String resigned(String pattern, String replacement) {
        String body = good.substring(0, good.indexOf("dir-key-certification\n")) + "dir-key-certification\n";
        String changed = body.replaceFirst(pattern, replacement);
        assertThat(changed).isNotEqualTo(body);
        return authority.certify(changed);
    }

    @Test
    void parseAll_realCertificates_areGood() throws Exception {
        List<AuthorityCertificate> certificates = AuthorityCertificate.parseAll(RealConsensus.certificates());
        assertThat(certificates.stream().filter(c -> RealConsensus.authorities().contains(c.identity())))
                .hasSizeGreaterThanOrEqualTo(6);
        for (AuthorityCertificate certificate : certificates) {
            assertThat(certificate.signingKey().identity().value()).isEqualTo(certificate.signingKeyDigest());
        }
    }

    @Test
    void parseAll_vector_keepsEachText() throws Exception {
        Vector vector = Vectors.of("consensus-set").get(0);
        List<AuthorityCertificate> certificates = parse(vector.text("certificates"));
        assertThat(certificates).hasSize(3);
        StringBuilder joined = new StringBuilder();
        for (AuthorityCertificate certificate : certificates) {
            joined.append(new String(certificate.text().toArray(), StandardCharsets.ISO_8859_1));
        }
        assertThat(joined).hasToString(vector.text("certificates"));
    }

    @Test
    void parseAll_good_givesFields() throws Exception {
        List<AuthorityCertificate> two = parse(good + "\n" + good);
        assertThat(two).hasSize(2);
        AuthorityCertificate one = two.get(0);
        assertThat(one.identity()).isEqualTo(authority.identity());
        assertThat(one.signingKeyDigest().hex()).isEqualToIgnoringCase(authority.signingKeyHex());
        assertThat(one.published()).isEqualTo(PUBLISHED);
        assertThat(one.expires()).isEqualTo(EXPIRES);
        assertThat(parse("")).isEmpty();
    }

    @Test
    void validAt_fromADayBeforePublicationToExpiry() throws Exception {
        AuthorityCertificate one = parse(good).get(0);
        assertThat(one.validAt(EXPIRES)).isTrue();
        assertThat(one.validAt(EXPIRES.plusSeconds(1))).isFalse();
        assertThat(one.validAt(PUBLISHED.minus(Duration.ofDays(1)))).isTrue();
        assertThat(one.validAt(PUBLISHED.minus(Duration.ofDays(1)).minusSeconds(1)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fingerprint .*\n",
                "dir-key-published .*\n",
                "dir-key-expires .*\n",
                "dir-identity-key\n(?s).*?END.*?\n",
                "dir-signing-key\n(?s).*?END.*?\n",
                "dir-key-crosscert\n(?s).*?END.*?\n",
                "dir-key-certificate-version 3\n"
            })
    void parseAll_itemMissingOrDoubled_throwsDocument(String item) {
        assertThatThrownBy(() -> parse(resigned(item, ""))).isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> parse(resigned("(" + item + ")", "$1$1"))).isInstanceOf(DocumentException.class);
    }

    @Test
    void parseAll_wrongVersion_throwsDocument() {
        assertThatThrownBy(() -> parse(resigned("version 3", "version 4"))).isInstanceOf(DocumentException.class);
    }

    @Test
    void parseAll_foreignFingerprint_throwsDocument() {
        String other = TestAuthority.some(2).get(1).identityHex();
        assertThatThrownBy(() -> parse(resigned("fingerprint [0-9A-F]*", "fingerprint " + other)))
                .hasMessageContaining("fingerprint");
    }

    @Test
    void parseAll_signaturesNotTheirs_throwsDocument() {
        TestAuthority other = TestAuthority.some(2).get(1);
        String foreign = other.certificate(PUBLISHED, EXPIRES);
        String foreignCrosscert =
                foreign.substring(foreign.indexOf("dir-key-crosscert"), foreign.indexOf("dir-key-certification\n"));
        assertThatThrownBy(() -> parse(resigned("dir-key-crosscert\n(?s).*?END.*?\n", foreignCrosscert)))
                .hasMessageContaining("dir-key-crosscert");
        String foreignSignature = foreign.substring(foreign.indexOf("dir-key-certification\n"));
        String ours = good.substring(0, good.indexOf("dir-key-certification\n"));
        assertThatThrownBy(() -> parse(ours + foreignSignature)).hasMessageContaining("certification");
        assertThatThrownBy(() -> parse(good.replace("dir-key-expires 2024", "dir-key-expires 2034")))
                .hasMessageContaining("certification");
    }

    @Test
    void parseAll_crosscertWithoutIdWord_isFine() throws Exception {
        String old = resigned("-----BEGIN ID SIGNATURE-----", "-----BEGIN SIGNATURE-----");
        assertThatThrownBy(() -> parse(old)).as("begin and end differ").isInstanceOf(DocumentException.class);
        String body = good.substring(0, good.indexOf("dir-key-certification\n")) + "dir-key-certification\n";
        assertThat(parse(authority.certify(body.replace("ID SIGNATURE", "SIGNATURE"))))
                .hasSize(1);
    }

    @Test
    void parseAll_futureItem_isPassedOver() throws Exception {
        assertThat(parse(resigned("dir-key-expires", "x-new thing\ndir-key-expires")))
                .hasSize(1);
    }

    /** T34: an encrypted PEM object is just an object of the wrong kind. */
    @Test
    void t34_encryptedPem_throwsDocument() {
        String pem = """
                dir-signing-key
                -----BEGIN RSA PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED

                AAAA
                -----END RSA PRIVATE KEY-----
                """;
        assertThatThrownBy(() -> parse(resigned("dir-signing-key\n(?s).*?END.*?\n", pem)))
                .isInstanceOf(DocumentException.class);
    }

    @Test
    void t34_cutAnywhere_throwsDocument() {
        for (int end = 1; end < good.length(); end++) {
            String cut = good.substring(0, end);
            assertThatThrownBy(() -> parse(cut)).isInstanceOf(DocumentException.class);
        }
    }

    @Test
    void parseAll_tooMuch_throwsDocument() {
        assertThatThrownBy(() -> AuthorityCertificate.parseAll(new byte[AuthorityCertificate.MAX_TOTAL_LEN + 1]))
                .isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> parse(resigned(
                        "fingerprint", "x-pad " + "x".repeat(ItemReader.MAX_LINE_LEN - 100) + "\nfingerprint")))
                .hasMessageContaining("too long");
    }
}
