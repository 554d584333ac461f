package org.onion4j.directory.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.onion4j.directory.fetch.FakeDirectories.Behaviour;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.state.StateStore;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;

/** A client's directory life where directories behave. */
class DirectoryManagerTest {
    static final Instant START = Instant.parse("2024-05-17T17:10:00Z");
    static final Instant VALID_AFTER = Instant.parse("2024-05-17T17:00:00Z");

    private final FakeRuntime runtime = new FakeRuntime(START);
    private final FakeDirectories directories = new FakeDirectories(runtime);
    private final StateStore store = new MemoryStateStore();

    private Client client() {
        return new Client(runtime, directories, store, directories.network(8));
    }

    @Test
    void start_cold_fetchesAllAndBecomesReady() {
        directories.publish(120, VALID_AFTER, 1);
        Client client = client();
        runtime.run(Duration.ofSeconds(10));
        assertThat(client.ready()).isTrue();
        NetworkView view = client.manager.view().orElseThrow();
        assertThat(view.relays()).hasSize(120).allMatch(Relay::hasMicrodescriptor);
        assertThat(directories.count("/tor/status-vote")).isEqualTo(1);
        assertThat(directories.count("/tor/keys/")).isEqualTo(1);
        assertThat(directories.count("/tor/micro/"))
                .as("a third of 120 in each")
                .isEqualTo(3);
        assertThat(directories.mostOpen()).isLessThanOrEqualTo(3);
        assertThat(directories.openConnections()).isZero();
        assertThat(client.views).isNotEmpty();
        assertThat(client.views.get(client.views.size() - 1)).isSameAs(view);
    }

    @Test
    void start_cold_tellsItsProgressInOrder() {
        directories.publish(120, VALID_AFTER, 1);
        Client client = client();
        runtime.run(Duration.ofSeconds(10));
        assertThat(client.statuses).isNotEmpty();
        DirectoryStatus last = new DirectoryStatus(DirectoryStatus.Phase.LOADING, 0, java.util.Optional.empty());
        for (DirectoryStatus status : client.statuses) {
            assertThat(status.phase()).isGreaterThanOrEqualTo(last.phase());
            assertThat(status.fraction()).isGreaterThanOrEqualTo(last.fraction());
            assertThat(status.blockage()).isEmpty();
            last = status;
        }
        assertThat(last.phase()).isEqualTo(DirectoryStatus.Phase.READY);
        assertThat(last.fraction()).isEqualTo(1);
        assertThat(client.statuses)
                .extracting(DirectoryStatus::phase)
                .contains(DirectoryStatus.Phase.CONSENSUS, DirectoryStatus.Phase.CERTIFICATES);
    }

    @Test
    void start_cold_asksFallbacksForTheFirstDocuments() {
        directories.publish(30, VALID_AFTER, 1);
        Client client = client();
        runtime.run(Duration.ofSeconds(10));
        assertThat(client.ready()).isTrue();
        assertThat(directories.asked.get(0).value().get(0)).isEqualTo((byte) 'f');
        assertThat(directories.asked.subList(2, directories.asked.size()))
                .as("microdescriptors come from relays of the consensus")
                .allMatch(id -> client.manager.view().orElseThrow().relay(id).isPresent());
    }

    @Test
    void start_requests_areOfTheSpecifiedForm() {
        directories.publish(30, VALID_AFTER, 1);
        Client client = client();
        runtime.run(Duration.ofSeconds(10));
        assertThat(client.ready()).isTrue();
        String consensus = directories.requests.get(0);
        assertThat(consensus)
                .matches(
                        "(?s)GET /tor/status-vote/current/consensus-microdesc/[0-9A-F]{6}\\+[0-9A-F]{6}\\+[0-9A-F]{6}\\.z"
                                + " HTTP/1\\.0\r\nHost: 10\\.200\\.0\\.\\d+:9001\r\nAccept-Encoding: deflate, gzip, identity\r\n\r\n");
        List<String> prefixes = Splitter.on('+').splitToList(consensus.substring(49, 69));
        assertThat(prefixes).hasSize(3).isSorted();
        assertThat(directories.requests.get(1)).startsWith("GET /tor/keys/fp-sk/");
    }

    @Test
    void start_warm_downloadsNothing() {
        directories.publish(120, VALID_AFTER, 1);
        try (Client first = client()) {
            runtime.run(Duration.ofSeconds(10));
            assertThat(first.ready()).isTrue();
        }
        int before = directories.requests.size();
        Client second = client();
        runtime.run(Duration.ofSeconds(10));
        assertThat(second.ready()).isTrue();
        assertThat(second.manager.view().orElseThrow().relays()).allMatch(Relay::hasMicrodescriptor);
        assertThat(directories.requests).hasSize(before);
    }

    @Test
    void refresh_isInTheSpecifiedWindowAndByDiff() {
        directories.publish(120, VALID_AFTER, 1);
        Client client = client();
        runtime.run(Duration.ofSeconds(10));
        runtime.run(Duration.between(runtime.now(), VALID_AFTER.plus(Duration.ofHours(1))));
        directories.publish(120, VALID_AFTER.plus(Duration.ofHours(1)), 2);
        runtime.run(Duration.ofMinutes(45));
        assertThat(directories.count("/tor/status-vote")).as("not before 18:45").isEqualTo(1);
        runtime.run(Duration.ofMinutes(67));
        assertThat(directories.count("/tor/status-vote")).as("by 19:51").isGreaterThanOrEqualTo(2);
        NetworkView view = client.manager.view().orElseThrow();
        assertThat(view.validAfter()).isAfter(VALID_AFTER);
        assertThat(client.ready()).isTrue();
        assertThat(view.relays()).allMatch(Relay::hasMicrodescriptor);
        String request = directories.requests.stream()
                .filter(r -> r.contains("X-Or-Diff-From-Consensus"))
                .findFirst()
                .orElseThrow();
        assertThat(request).contains("If-Modified-Since: Fri, 17 May 2024 17:03:00 GMT\r\n");
        assertThat(directories.count("/tor/keys/")).as("certificates are kept").isEqualTo(1);
        assertThat(store.read(DirectoryCache.CONSENSUS)).isPresent();
        assertThat(new String(
                        store.read(DirectoryCache.CONSENSUS).orElseThrow(), java.nio.charset.StandardCharsets.US_ASCII))
                .startsWith("network-status-version 3 microdesc");
    }

    @Test
    void refresh_fewNewMicrodescriptors_waitForMore() {
        directories.publish(30, VALID_AFTER, 1);
        Client client = client();
        runtime.run(Duration.ofSeconds(10));
        assertThat(client.ready()).isTrue();
        int before = directories.count("/tor/micro/");
        directories.publish(30, VALID_AFTER.plus(Duration.ofHours(1)), 2);
        client.manager.networkChanged();
        runtime.run(Duration.ofMinutes(165)); // well into the window for the next consensus
        assertThat(client.manager.view().orElseThrow().validAfter()).isAfter(VALID_AFTER);
        runtime.run(Duration.ofMinutes(12));
        assertThat(directories.count("/tor/micro/")).isEqualTo(before + 1);
        assertThat(client.manager.view().orElseThrow().relays()).allMatch(Relay::hasMicrodescriptor);
    }

    @Test
    void refresh_nothingNew_isAskedForSparingly() {
        directories.publish(30, VALID_AFTER, 1);
        Client client = client();
        runtime.run(Duration.ofMinutes(110 + 60)); // to the end of its validity; no newer one appears
        int asked = directories.count("/tor/status-vote");
        assertThat(asked).isBetween(2, 25);
        runtime.run(Duration.ofHours(12)); // reasonably live, still in use
        assertThat(client.ready()).isTrue();
        assertThat(directories.count("/tor/status-vote") - asked).isBetween(12, 80);
        runtime.run(Duration.ofHours(16));
        assertThat(client.ready()).as("more than a day out of date").isFalse();
        assertThat(client.status().phase()).isEqualTo(DirectoryStatus.Phase.CONSENSUS);
    }

    @Test
    void noFallbacks_authoritiesServe() {
        directories.publish(30, VALID_AFTER, 1);
        Client client = new Client(runtime, directories, store, directories.network(0));
        runtime.run(Duration.ofSeconds(10));
        assertThat(client.ready()).isTrue();
        assertThat(directories.asked.get(0).value().get(0)).isEqualTo((byte) 'a');
    }

    @Test
    void deadFallbacks_authorityIsAskedAfterSixSeconds() {
        directories.publish(30, VALID_AFTER, 1);
        for (int i = 0; i < 8; i++) {
            directories.behaviours.put(FakeDirectories.identity("fallback" + i), Behaviour.SILENT);
        }
        Client client = client();
        runtime.run(Duration.ofSeconds(5));
        assertThat(directories.asked).hasSize(2).allMatch(id -> id.value().get(0) == 'f');
        runtime.run(Duration.ofSeconds(15));
        assertThat(client.ready()).isTrue();
        assertThat(directories.mostOpen()).isLessThanOrEqualTo(3);
    }

    @Test
    void close_inMidRequest_endsAll() {
        directories.publish(30, VALID_AFTER, 1);
        directories.usual = Behaviour.SILENT;
        Client client = client();
        runtime.schedule(client::close, Duration.ofSeconds(2));
        runtime.run(Duration.ofMinutes(2));
        assertThat(directories.openConnections()).isZero();
        int asked = directories.asked.size();
        int events = client.statuses.size();
        runtime.run(Duration.ofHours(1));
        assertThat(directories.asked).hasSize(asked);
        assertThat(client.statuses).hasSize(events);
    }

    @Test
    void networkChanged_afterFailures_triesAtOnce() {
        directories.publish(30, VALID_AFTER, 1);
        directories.usual = Behaviour.UNREACHABLE;
        Client client = client();
        runtime.run(Duration.ofHours(1));
        assertThat(client.status().blockage().orElseThrow()).isInstanceOf(DirectoryStatus.Unreachable.class);
        directories.usual = Behaviour.GOOD;
        client.manager.networkChanged();
        runtime.run(Duration.ofSeconds(10));
        assertThat(client.ready()).isTrue();
        assertThat(client.status().blockage()).isEmpty();
    }
}
