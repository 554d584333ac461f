package org.onion4j.directory.doc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

/** Server descriptors, against ones that C tor relays made; T34. */
class ServerDescriptorTest {
    private static final String GOOD = Vectors.of("server-descriptor").get(0).text("descriptor");

    static Stream<Vector> recorded() {
        return Vectors.stream("server-descriptor");
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void parse_recordedDescriptor_findsWhatIsInIt(Vector vector) throws Exception {
        String text = vector.text("descriptor");

        ServerDescriptor parsed = ServerDescriptor.parse(bytes(text));

        assertThat(parsed.keys().identity().value()).isEqualTo(vector.bytes("rsa_identity"));
        assertThat(parsed.keys().ed25519Identity().value()).isEqualTo(vector.bytes("ed25519_identity"));
        assertThat(parsed.keys().ntorOnionKey()).isEqualTo(vector.bytes("ntor_onion_key"));
        assertThat(parsed.keys().tapOnionKey()).isPresent();
        assertThat(parsed.digest()).isEqualTo(vector.bytes("digest_sha1"));
        assertThat(parsed.text().size()).isEqualTo(text.trim().length() + 1);
        assertThat(parsed.addresses().ipv4().getHostAddress()).isEqualTo("127.0.0.1");
        assertThat(parsed.services().tunnelledDirectory()).isTrue();
        assertThat(parsed.platform()).isEqualTo("Tor 0.4.9.11 on Linux");
    }

    @Test
    void parse_descriptorOfAnExit_readsPolicyFamilyAndTimes() throws Exception {
        ServerDescriptor parsed = ServerDescriptor.parse(bytes(GOOD));

        assertThat(parsed.nickname()).isEqualTo("exit2");
        assertThat(parsed.familyIds()).containsExactly("ed25519:Nw27HDDVXMX6e4af0fk7xlhMPIJwzbvJfbdxoGIKYt0");
        assertThat(parsed.ipv4Policy()).isEqualTo(ExitPolicy.ACCEPT_ALL);
        assertThat(parsed.bandwidth()).isEqualTo(new ServerDescriptor.Bandwidth(1073741824, 1073741824, 119417));
        assertThat(parsed.published()).isEqualTo(Instant.parse("2026-11-22T08:27:53Z"));
        assertThat(parsed.validAt(parsed.published())).isTrue();
        assertThat(parsed.validAt(parsed.published().plusSeconds(100 * 86400))).isFalse();
        assertThat(parsed.protocols().supports(Subprotocol.RELAY, 6)).isTrue();
    }

    @Test
    void parseAll_severalDescriptors_givesThemInOrder() throws Exception {
        StringBuilder all = new StringBuilder();
        recorded().forEach(v -> all.append(v.text("descriptor")));
        assertThat(ServerDescriptor.parseAll(bytes(all.toString())))
                .extracting(ServerDescriptor::nickname)
                .containsExactly("exit2", "auth0", "middle0");
        assertThatThrownBy(() -> ServerDescriptor.parse(bytes(all.toString()))).isInstanceOf(DocumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "router exit2 ",
                "master-key-ed25519 ",
                "fingerprint 5",
                "bandwidth 1",
                "published 2026-11-22 08:27:53",
                "accept *:*",
                "uptime 90",
                "contact test",
                "ntor-onion-key 4",
                "ntor-onion-key-crosscert 0",
                "identity-ed25519",
                "tunnelled-dir-server"
            })
    void parse_itemAlteredOrLeftOut_throwsDocumentException(String item) {
        String altered = GOOD.replaceFirst("(?m)^" + Pattern.quote(item), "unknown-" + item.replace("*", "x"));
        assertThat(altered).isNotEqualTo(GOOD);
        assertThatThrownBy(() -> ServerDescriptor.parse(bytes(altered))).isInstanceOf(DocumentException.class);
    }

    @Test
    void parse_lineAddedUnderTheSignatures_throwsDocumentException() {
        String more = GOOD.replace("\nrouter-signature\n", "\nfamily x\nrouter-signature\n");
        assertThatThrownBy(() -> ServerDescriptor.parse(bytes(more)))
                .isInstanceOf(DocumentException.class)
                .hasMessageContaining("behind router-sig-ed25519");
    }

    @Test
    void parse_rsaSignatureOfAnother_throwsDocumentException() {
        String other = Vectors.of("server-descriptor").get(1).text("descriptor");
        String signature = other.substring(other.indexOf("-----BEGIN SIGNATURE"));
        String forged = GOOD.substring(0, GOOD.indexOf("-----BEGIN SIGNATURE")) + signature;
        assertThatThrownBy(() -> ServerDescriptor.parse(bytes(forged)))
                .isInstanceOf(DocumentException.class)
                .hasMessageContaining("RSA signature");
    }

    @Property(tries = 400)
    void parse_damagedDescriptor_givesNoOtherExceptionAndNoOtherContent(@ForAll("damaged") byte[] text)
            throws Exception {
        ServerDescriptor good = ServerDescriptor.parse(bytes(GOOD));
        try {
            for (ServerDescriptor parsed : ServerDescriptor.parseAll(text)) {
                assertThat(parsed.digest()).isEqualTo(good.digest());
            }
        } catch (DocumentException e) {
            assertThat(e).hasMessageNotContaining("null");
        }
    }

    @Provide
    Arbitrary<byte[]> damaged() {
        return Mutations.of(bytes(GOOD));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
