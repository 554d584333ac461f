package org.onion4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.BaseEncoding;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class OnionKeysTest {
    private static final BaseEncoding HEX = BaseEncoding.base16().lowerCase();

    private static byte[] torFile(byte[] expanded) {
        byte[] header = "== ed25519v1-secret: type0 ==".getBytes(StandardCharsets.US_ASCII);
        byte[] file = Arrays.copyOf(header, 96);
        System.arraycopy(expanded, 0, file, 32, expanded.length);
        return file;
    }

    /** The key of RFC 8032, "Test vectors for Ed25519", test 1; its address by the rule of rend-spec-v3. */
    @Test
    void serviceKey_isTheSameInEachForm() throws Exception {
        byte[] seed = HEX.decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        try (OnionServiceKey key = OnionServiceKey.ofSeed(seed);
                OnionServiceKey again = OnionServiceKey.ofExpanded(key.expanded());
                OnionServiceKey ofFile = OnionServiceKey.ofTorKeyFile(torFile(key.expanded()))) {
            assertThat(HEX.encode(key.onion().identity().toArray()))
                    .isEqualTo("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
            assertThat(key.address()).hasSize(62).endsWith(".onion");
            assertThat(again.address()).isEqualTo(key.address());
            assertThat(ofFile.address()).isEqualTo(key.address());
            assertThat(key.toString()).isEqualTo("OnionServiceKey");
        }
    }

    @Test
    void serviceKey_newOnesDiffer_andAreWiped() {
        OnionServiceKey key = OnionServiceKey.generate();
        assertThat(OnionServiceKey.generate().address()).isNotEqualTo(key.address());
        key.close();
        assertThatThrownBy(key::expanded).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void serviceKey_whatIsNone_isRefused() {
        byte[] expanded = OnionServiceKey.generate().expanded();
        byte[] unpruned = expanded.clone();
        unpruned[0] |= 1;
        byte[] otherFile = torFile(expanded);
        otherFile[3] = 'X';
        ThrowingCallable[] calls = {
            () -> OnionServiceKey.ofSeed(new byte[31]),
            () -> OnionServiceKey.ofExpanded(new byte[65]),
            () -> OnionServiceKey.ofExpanded(unpruned),
            () -> OnionServiceKey.ofTorKeyFile(new byte[96]),
            () -> OnionServiceKey.ofTorKeyFile(otherFile),
            () -> OnionServiceKey.ofTorKeyFile(Arrays.copyOf(torFile(expanded), 95))
        };
        for (ThrowingCallable call : calls) {
            assertThatThrownBy(call).isInstanceOf(OnionKeyException.class);
        }
    }

    @Test
    void clientKey_readsWhatItWrites_andWhatCTorWrites() throws Exception {
        byte[] secret = HEX.decode("77076d0a7318a57d3c16c17251b26645c4c2f6c929b1f36d9a7a1a0bb0c3b4ac");
        try (OnionClientKeyPair pair = OnionClientKeyPair.ofPrivateKey(secret)) {
            OnionClientKey key = pair.publicKey();
            assertThat(pair.privateKey()).isEqualTo(secret);
            assertThat(key.text()).hasSize(52);
            assertThat(OnionClientKey.parse(key.text())).isEqualTo(key).hasSameHashCodeAs(key);
            assertThat(OnionClientKey.parse(
                            " descriptor:x25519:" + key.text().toLowerCase(java.util.Locale.ROOT) + "\n"))
                    .isEqualTo(key);
            assertThat(OnionClientKey.of(key.bytes())).isEqualTo(key);
            assertThat(key.toString()).doesNotContain(key.text());
        }
    }

    @Test
    void clientKey_whatIsNone_isRefused() {
        ThrowingCallable[] calls = {
            () -> OnionClientKey.of(new byte[32]),
            () -> OnionClientKey.of(new byte[33]),
            () -> OnionClientKey.parse(""),
            () -> OnionClientKey.parse("descriptor:x25519:"),
            () -> OnionClientKey.parse("MFRGG1"),
            () -> OnionClientKey.parse("\u0130".repeat(52)),
            () -> OnionClientKey.parse("A".repeat(52)),
            () -> OnionClientKeyPair.ofPrivateKey(new byte[31])
        };
        for (ThrowingCallable call : calls) {
            assertThatThrownBy(call).isInstanceOf(OnionKeyException.class);
        }
    }
}
