package org.onion4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkConfigTest {
    static final String TESTING = "TestingTorNetwork 1\nDirAuthority auth0 orport=17000 no-v2"
            + " v3ident=263DAFA1920260AE882459FBD59FC17F39BB877F 127.0.0.1:17001"
            + " 56AB2F72781C33EAB617D5D73FD08971FA26DC65\n";

    @TempDir
    Path temp;

    @Test
    void ofTorrc_aFile_isLikeItsText() throws Exception {
        Path file = temp.resolve("network.torrc");
        Files.writeString(file, TESTING + "SocksPort 9050 # für C tor\n");
        NetworkConfig config = NetworkConfig.ofTorrc(file);
        assertThat(config.isTesting()).isTrue();
        assertThat(config.warnings())
                .singleElement()
                .asString()
                .startsWith("line 3: ")
                .contains("SocksPort");
        assertThat(config.description().authorities())
                .isEqualTo(NetworkConfig.ofTorrc(TESTING).description().authorities());
        assertThat(config.toString()).isEqualTo("NetworkConfig[1 authorities, for tests]");
    }

    @Test
    void ofTorrc_byteOrderMark_isPassedOver() throws Exception {
        Path file = temp.resolve("network.torrc");
        Files.writeString(file, "\uFEFF" + TESTING);
        for (NetworkConfig config :
                new NetworkConfig[] {NetworkConfig.ofTorrc(file), NetworkConfig.ofTorrc("\uFEFF" + TESTING)}) {
            assertThat(config.isTesting()).isTrue();
            assertThat(config.warnings()).isEmpty();
        }
        assertThat(NetworkConfig.ofTorrc("\uFEFF\uFEFF" + TESTING).warnings())
                .as("one is enough")
                .hasSize(1);
    }

    @Test
    void publicNetwork_isNoTest() {
        assertThat(NetworkConfig.publicNetwork().isTesting()).isFalse();
        assertThat(NetworkConfig.publicNetwork().warnings()).isEmpty();
    }

    @Test
    void ofTorrc_malformed_namesTheLine() {
        assertThatThrownBy(() -> NetworkConfig.ofTorrc("\n\nDirAuthority x\n"))
                .isInstanceOfSatisfying(
                        NetworkConfigException.class, e -> assertThat(e.line()).hasValue(3));
    }

    @Test
    void ofTorrc_unreadable_isTheSameKindOfError() throws Exception {
        for (Path file : new Path[] {temp, temp.resolve("absent")}) {
            assertThatThrownBy(() -> NetworkConfig.ofTorrc(file))
                    .isInstanceOfSatisfying(
                            NetworkConfigException.class,
                            e -> assertThat(e.line()).isEmpty());
        }
        Path big = temp.resolve("big");
        Files.write(big, new byte[(1 << 20) + 1]);
        assertThatThrownBy(() -> NetworkConfig.ofTorrc(big)).isInstanceOf(NetworkConfigException.class);
        Path zeros = temp.resolve("zeros");
        Files.write(zeros, new byte[1000]);
        assertThat(NetworkConfig.ofTorrc(zeros).warnings()).hasSize(1);
    }
}
