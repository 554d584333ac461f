package org.onion4j.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.api.NetworkConfig;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionServiceKey;
import org.onion4j.api.ProxyServer;
import org.onion4j.api.SocksOptions;
import org.onion4j.examples.testing.CTor;
import org.onion4j.examples.testing.CTorClient;
import org.onion4j.examples.testing.CTorNetwork;
import org.onion4j.examples.testing.SocksClient;
import org.onion4j.examples.testing.SocksClient.RefusedException;

/** What our proxy and C tor's, with its flag ExtendedErrors, say of onion services that can't be reached. */
@CTor
class OnionSocksErrorsTest {
    private static final String BAD_CHECKSUM = "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sia.onion";
    private static final int NOT_FOUND = 0xf0;
    private static final int BAD_ADDRESS = 0xf6;

    @TempDir
    Path folder;

    private static int code(int proxyPort, String host) throws IOException {
        try {
            SocksClient.connect(proxyPort, host, 80).close();
            return 0;
        } catch (RefusedException e) {
            return e.code();
        }
    }

    @Test
    void errors_areThoseOfCTor(CTorNetwork network) throws Exception {
        NetworkConfig config = NetworkConfig.ofTorrc(network.clientTorrcFile());
        SocksOptions extended = SocksOptions.builder().extendedErrors().build();
        try (OnionServiceKey nobody = OnionServiceKey.generate();
                OnionClient client = OnionClient.builder().network(config).build();
                ProxyServer proxy = client.openSocksProxy(0, extended);
                CTorClient tor = CTorClient.start(network, folder)) {
            client.bootstrap();
            for (int port : new int[] {proxy.port(), tor.socksPort()}) {
                assertThat(code(port, BAD_CHECKSUM)).isEqualTo(BAD_ADDRESS);
                assertThat(code(port, nobody.address())).isEqualTo(NOT_FOUND);
            }
        }
    }
}
