package org.onion4j.crypto.onion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.BlindedKeyPair;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class ServiceKeysTest {
    static Stream<Vector> blinding() {
        return Vectors.stream("hs-blinding");
    }

    @ParameterizedTest
    @MethodSource("blinding")
    void of_vector_matches(Vector v) {
        OnionAddress address = new OnionAddress(v.bytes("identity_public"));
        TimePeriod period = new TimePeriod(v.number("period_number"), (int) v.number("period_length"));
        assertThat(ServiceKeys.blindingFactor(address, period)).isEqualTo(v.bytes("param"));
        assertThat(ServiceKeys.credential(address)).isEqualTo(v.bytes("credential"));
        ServiceKeys keys = ServiceKeys.of(address, period);
        assertThat(keys.blindedKey()).isEqualTo(v.bytes("blinded_public"));
        assertThat(keys.subcredential()).isEqualTo(v.bytes("subcredential"));
        try (Ed25519KeyPair identity = Ed25519KeyPair.ofExpanded(SecretBytes.adopt(v.array("identity_expanded")));
                BlindedKeyPair blinded = ServiceKeys.blind(identity, period)) {
            assertThat(blinded.publicKey()).isEqualTo(keys.blindedKey());
        }
    }
}
