package org.onion4j.crypto.onion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.onion.OnionAddressException.Reason;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class OnionAddressTest {
    private static final String GOOD = "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sid";

    static Stream<Vector> addresses() {
        return Vectors.stream("onion-address");
    }

    /** T48: each kind of bad address has its own verdict. */
    @ParameterizedTest
    @MethodSource("addresses")
    void t48_parse_vector_hasTheVerdict(Vector v) throws OnionAddressException {
        String verdict = v.text("verdict");
        if (verdict.equals("valid")) {
            assertThat(OnionAddress.parse(v.text("address")).identity()).isEqualTo(v.bytes("public"));
            assertThat(new OnionAddress(v.bytes("public")).text()).isEqualTo(v.text("address"));
            return;
        }
        Reason expected = switch (verdict) {
            case "length" -> Reason.LENGTH;
            case "not base32" -> Reason.NOT_BASE32;
            case "checksum" -> Reason.CHECKSUM;
            case "version" -> Reason.VERSION;
            case "not a point" -> Reason.NOT_A_POINT;
            case "point not of prime order" -> Reason.SMALL_ORDER;
            default -> throw new IllegalStateException(verdict);
        };
        assertRefused(v.text("address") + ".onion", expected);
    }

    /** T48: case, names before the address and a dot at the end make no other service of it. */
    @ParameterizedTest
    @CsvSource({"'',.onion", "www.,.onion", "a.b-c.,.ONION", "'',.onion."})
    void t48_ofHost_withSubdomainOrDot_isTheSameService(String before, String after) throws OnionAddressException {
        assertThat(OnionAddress.ofHost(before + GOOD + after)).isEqualTo(OnionAddress.parse(GOOD));
        assertThat(OnionAddress.ofHost(before + GOOD.toUpperCase(Locale.ROOT) + after)
                        .host())
                .isEqualTo(GOOD + ".onion");
        assertThat(OnionAddress.isOnionName(before + GOOD + after)).isTrue();
    }

    /** T48: whoever asks for version 2 is told that it ended. */
    @Test
    void t48_ofHost_version2_isToldSo() {
        assertRefused("duckduckgoproxy2.onion", Reason.VERSION_2);
        assertRefused("www.facebookcorewwwi.onion", Reason.VERSION_2);
        assertThatThrownBy(() -> OnionAddress.ofHost("duckduckgoproxy2.onion"))
                .hasMessageContaining("version 2")
                .hasMessageContaining("56")
                .hasMessageNotContaining("duck");
    }

    @ParameterizedTest
    @CsvSource({
        "example.com,NOT_ONION",
        "onion,NOT_ONION",
        ".onion,NOT_ONION",
        "a..onion,NOT_ONION",
        "aaaaaaaaaaaaaaa1.onion,LENGTH",
        "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5si.onion,LENGTH",
        "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sid2.onion,LENGTH",
        "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5si1.onion,NOT_BASE32",
        "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5s=d.onion,NOT_BASE32",
        "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5===.onion,NOT_BASE32",
        "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sia.onion,VERSION",
        "35njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sid.onion,CHECKSUM"
    })
    void t48_ofHost_bad_isRefused(String host, Reason reason) {
        if (reason != Reason.VERSION) { // another version has another checksum too, which is looked at first
            assertRefused(host, reason);
        } else {
            assertRefused(host, Reason.CHECKSUM);
        }
    }

    @Property(tries = 200)
    void text_ofAnyKey_roundTrips(@ForAll @Size(32) byte[] seed) throws OnionAddressException {
        try (Ed25519KeyPair pair = Ed25519KeyPair.ofSeed(SecretBytes.adopt(seed.clone()))) {
            OnionAddress address = new OnionAddress(pair.publicKey());
            assertThat(OnionAddress.ofHost(address.host())).isEqualTo(address);
            assertThat(address.text()).hasSize(OnionAddress.TEXT_LEN);
        }
    }

    @Property(tries = 500)
    void ofHost_anyText_givesAddressOrItsException(@ForAll @StringLength(max = 80) String text) {
        for (String host : new String[] {text, text + ".onion"}) {
            try {
                assertThat(OnionAddress.ofHost(host).identity().size()).isEqualTo(32);
            } catch (OnionAddressException e) {
                assertThat(e.reason()).isNotNull();
            }
        }
    }

    @Test
    void toString_saysNothing() throws OnionAddressException {
        assertThat(OnionAddress.parse(GOOD)).hasToString("OnionAddress");
    }

    @Test
    void constructor_badKey_throws() {
        assertThatThrownBy(() -> new OnionAddress(Bytes.copyOf(new byte[32])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertRefused(String host, Reason reason) {
        assertThatThrownBy(() -> OnionAddress.ofHost(host))
                .isInstanceOfSatisfying(
                        OnionAddressException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
