package org.onion4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who somebody is in a chat, and what of his words is shown. */
class ChatTest {
    private static final String CHALLENGE = "00112233";

    @TempDir
    Path folder;

    private ChatIdentity identity(String name) throws CommandException {
        return ChatIdentity.of(folder.resolve(name));
    }

    @Test
    void identity_isKeptForItsOwnerAlone() throws Exception {
        ChatIdentity first = identity("key");

        assertThat(identity("key").address()).isEqualTo(first.address());
        assertThat(identity("other").address()).isNotEqualTo(first.address());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("key"))))
                .isEqualTo("rw-------");
        try (var key = first.serviceKey()) {
            assertThat(key.address()).isEqualTo(first.address());
        }
    }

    @Test
    void identity_ofADamagedFile_saysSo() throws IOException {
        Path file = Files.write(folder.resolve("short"), new byte[31]);

        assertThatThrownBy(() -> ChatIdentity.of(file))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("holds no key");
    }

    @Test
    void proof_isGoodForOneCallerCalleeAndChallenge() throws Exception {
        ChatIdentity caller = identity("caller");
        ChatIdentity callee = identity("callee");
        ChatIdentity other = identity("other");
        String proof = caller.prove(callee.address(), CHALLENGE);

        assertThat(callee.isProof(caller.address(), CHALLENGE, proof)).isTrue();
        assertThat(callee.isProof(caller.address(), "00112234", proof)).isFalse();
        assertThat(callee.isProof(other.address(), CHALLENGE, proof)).isFalse();
        assertThat(other.isProof(caller.address(), CHALLENGE, proof))
                .as("shown by a callee to somebody else")
                .isFalse();
        assertThat(callee.isProof(caller.address(), CHALLENGE, proof.substring(2)))
                .isFalse();
        assertThat(callee.isProof(caller.address(), CHALLENGE, "zz")).isFalse();
        assertThat(callee.isProof("nobody", CHALLENGE, proof)).isFalse();
    }

    @Test
    void addresses_areTakenInOneFormAlone() throws Exception {
        String address = identity("key").address();

        assertThat(ChatIdentity.isAddress(address)).isTrue();
        assertThat(ChatIdentity.isAddress(address.toUpperCase(Locale.ROOT))).isFalse();
        assertThat(ChatIdentity.isAddress("www." + address)).isFalse();
        assertThat(ChatIdentity.isAddress(address.replace(".onion", ".union"))).isFalse();
        assertThat(ChatIdentity.isAddress("1" + address.substring(1))).isFalse();
        char first = address.charAt(0) == 'a' ? 'b' : 'a';
        assertThat(ChatIdentity.isAddress(first + address.substring(1)))
                .as("with a wrong checksum")
                .isFalse();
    }

    @Test
    void printable_leavesOutWhatATerminalObeys() {
        assertThat(ChatLink.printable("a\u001b[31mred\u0007\r\b\u009b1m\u202ekcab\u2028\u200b \u00e9\ud83d\ude00"))
                .isEqualTo("a[31mred1mkcab \u00e9\ud83d\ude00");
    }
}
