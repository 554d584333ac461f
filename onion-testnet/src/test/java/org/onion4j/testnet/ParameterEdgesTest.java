package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;

/** T21: networks whose parameters are at the edges of their numbers: clients live with each of them. */
@Timeout(120)
class ParameterEdgesTest {
    private static final List<String> NAMES = List.of(
            "circpad_global_max_padding_pct",
            "circpad_padding_disabled",
            "circpad_padding_reduced",
            "hs_intro_max_introduce2",
            "hs_intro_max_lifetime",
            "hs_intro_min_introduce2",
            "hs_intro_min_lifetime",
            "hs_intro_num_extra",
            "hs_service_max_rdv_failures",
            "hsdir_n_replicas",
            "hsdir_spread_fetch",
            "hsdir_spread_store",
            "nf_conntimeout_clients",
            "nf_ito_high",
            "nf_ito_low",
            "nf_pad_before_usage");

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1, Integer.MAX_VALUE})
    void t21_allAtOneEdge_streamsOpen(int value) throws Exception {
        TestNetwork.Builder builder = TestNetwork.builder().seed(21);
        NAMES.forEach(name -> builder.parameter(name, value));
        try (TestNetwork network = builder.build()) {
            assertOpens(network);
        }
    }

    /** The shortest time between padding cells is beyond the longest one, be that given or not. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1500})
    void t21_paddingFromLaterThanTo_streamsOpen(int high) throws Exception {
        TestNetwork.Builder builder = TestNetwork.builder().seed(22).parameter("nf_ito_low", 60_000);
        if (high >= 0) {
            builder.parameter("nf_ito_high", high);
        }
        try (TestNetwork network = builder.build()) {
            assertOpens(network);
        }
    }

    private static void assertOpens(TestNetwork network) throws Exception {
        network.serve("shop.example", 80, TestNetworkTest.says("open"));
        assertThat(TestNetworkTest.read(network.client(), "shop.example", 80)).isEqualTo("open");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, Integer.MAX_VALUE})
    void t21_directoriesAndPointsAtAnEdge_aServiceIsReached(int value) throws Exception {
        TestNetwork.Builder builder = TestNetwork.builder().seed(23).relays(9);
        NAMES.stream()
                .filter(name -> !name.endsWith("introduce2") && !name.endsWith("lifetime"))
                .forEach(name -> builder.parameter(name, value));
        try (TestNetwork network = builder.build();
                OnionClient host = network.newClient();
                OnionService service = host.host(OnionServiceConfig.builder()
                        .port(80, stream -> {
                            stream.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
                            stream.close();
                        })
                        .build())) {
            service.awaitPublished(Duration.ofMinutes(1));
            assertThat(TestNetworkTest.read(network.client(), service.address(), 80))
                    .isEqualTo("hello");
        }
    }
}
