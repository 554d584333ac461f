package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.UnsignedLong;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.state.StateStore;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;
import org.onion4j.hs.descriptor.Descriptor;
import org.onion4j.hs.descriptor.DescriptorReader;
import org.onion4j.hs.descriptor.IntroductionPoint;
import org.onion4j.hs.publish.PublishEvent;
import org.onion4j.hs.publish.ServiceIdentity;
import org.onion4j.hs.publish.UploadFailure;
import org.onion4j.hs.ring.DirectoryRing;
import org.onion4j.hs.ring.RingTimes;
import org.onion4j.testnet.keys.SeededRandom;

/** Where the descriptors of a service are, and when they come there: on a whole network whose time a test moves. */
@Timeout(180)
class OnionServicePublishTest {
    private static final Duration REAL_LIMIT = Duration.ofSeconds(30);
    private static final int INCREMENT = 31;

    private final SeededRandom random = SeededRandom.of(61, "test");
    private final ServiceIdentity identity = ServiceIdentity.generate(random);
    private final StateStore store = new MemoryStateStore();
    private final IntroductionPoint point = PublishingHost.point(random);

    @AfterEach
    void wipe() {
        identity.close();
    }

    private static TestNetwork network(long seed, int relays) throws TestNetworkException {
        return TestNetwork.builder()
                .relays(relays)
                .exits(1)
                .seed(seed)
                .standingTime()
                .build();
    }

    private PublishingHost host(TestNetwork network, Clock clock) throws Exception {
        return new PublishingHost(network, identity, store, clock);
    }

    private PublishingHost host(TestNetwork network) throws Exception {
        return host(network, network.time().clock());
    }

    private void awaitPublished(TestNetwork network, PublishingHost host) throws Exception {
        host.publish(point);
        CompletableFuture<Void> published = host.publisher.published();
        ClientUnderTest.pass(network, published, Duration.ofMinutes(2));
        published.get(10, TimeUnit.SECONDS);
        assertThat(host.publisher.isPublished()).isTrue();
    }

    private ServiceKeys keys(RingTimes.Slot slot) {
        return ServiceKeys.of(identity.address(), slot.period());
    }

    private static List<RingTimes.Slot> slots(NetworkView view) {
        RingTimes times = RingTimes.of(view, true);
        return List.of(times.firstOfService(), times.secondOfService());
    }

    private static TestRelay relay(TestNetwork network, RsaIdentity identity) {
        return network.relays().stream()
                .filter(one ->
                        one.fingerprint().equalsIgnoreCase(identity.value().hex()))
                .findFirst()
                .orElseThrow();
    }

    /** What each relay has of a descriptor, read as a client who knows the address. */
    private Map<RsaIdentity, Descriptor> kept(TestNetwork network, ServiceKeys keys) throws Exception {
        Map<RsaIdentity, Descriptor> kept = new HashMap<>();
        Instant now = network.time().now();
        for (TestRelay relay : network.relays()) {
            Optional<Bytes> text = relay.onions().find(keys.blindedKey(), now);
            if (text.isPresent()) {
                kept.put(
                        RsaIdentity.fromHex(relay.fingerprint()),
                        DescriptorReader.read(text.get(), keys, Optional.empty(), now, INCREMENT));
            }
        }
        return kept;
    }

    private static Set<RsaIdentity> identities(Iterable<Relay> relays) {
        Set<RsaIdentity> identities = new HashSet<>();
        relays.forEach(relay -> identities.add(relay.rsaIdentity()));
        return identities;
    }

    private Set<RsaIdentity> responsible(NetworkView view, RingTimes.Slot slot) {
        return identities(DirectoryRing.of(view, slot).toStore(keys(slot).blindedKey()));
    }

    @Test
    void published_bothDescriptorsAreAtTheResponsibleDirectoriesAlone() throws Exception {
        try (TestNetwork network = network(1, 24);
                PublishingHost host = host(network)) {
            awaitPublished(network, host);
            network.time().advance(Duration.ofSeconds(30));
            for (RingTimes.Slot slot : slots(host.view())) {
                Map<RsaIdentity, Descriptor> kept = kept(network, keys(slot));
                assertThat(kept.keySet()).hasSize(8).isEqualTo(responsible(host.view(), slot));
                assertThat(kept.values()).allSatisfy(descriptor -> {
                    assertThat(descriptor.introductionPoints()).containsExactly(point);
                    assertThat(descriptor.lifetime()).isEqualTo(Duration.ofHours(3));
                });
                assertThat(kept.values().stream().map(Descriptor::revision).distinct())
                        .hasSize(1);
            }
            assertThat(host.events(PublishEvent.Failed.class)).isEmpty();
            assertThat(host.events(PublishEvent.Uploaded.class)).hasSize(16);
            assertThat(host.events(PublishEvent.RoundEnded.class)).hasSize(2).allSatisfy(round -> {
                assertThat(round.directories()).isEqualTo(8);
                assertThat(round.asked()).isEqualTo(8);
            });
        }
    }

    @Test
    void t58_threeDays_descriptorsAreWhereClientsAheadAndBehindLook_countersGrow() throws Exception {
        try (TestNetwork network = network(2, 14);
                PublishingHost host = host(network)) {
            awaitPublished(network, host);
            Map<Bytes, Map<RsaIdentity, UnsignedLong>> revisions = new HashMap<>(); // by blinded key
            Map<Bytes, Set<RsaIdentity>> everResponsible = new HashMap<>();
            Deque<NetworkView> views = new ArrayDeque<>(); // of the last three hours
            Deque<Map<Bytes, Set<RsaIdentity>>> uploaded =
                    new ArrayDeque<>(); // by blinded key, in the last three hours
            int seen = 0;
            int missing = 0;
            for (int hour = 0; hour < 72; hour++) {
                if (hour == 20) {
                    network.relay("relay3").kill();
                } else if (hour == 40) {
                    network.relay("relay3").revive();
                }
                network.time().advance(Duration.ofHours(1));
                NetworkView view = host.view();
                for (NetworkView one : host.views.subList(seen, host.views.size())) {
                    for (RingTimes.Slot slot : slots(one)) {
                        everResponsible
                                .computeIfAbsent(keys(slot).blindedKey(), key -> new HashSet<>())
                                .addAll(responsible(one, slot));
                    }
                }
                seen = host.views.size();
                for (RingTimes.Slot slot : slots(view)) {
                    ServiceKeys keys = keys(slot);
                    Map<RsaIdentity, Descriptor> kept = kept(network, keys);
                    Set<RsaIdentity> wanted = responsible(view, slot);
                    boolean dead = hour >= 20 && hour < 40;
                    if (dead
                            && wanted.remove(
                                    RsaIdentity.fromHex(network.relay("relay3").fingerprint()))) {
                        missing++; // it is listed for some time yet
                    }
                    assertThat(kept.keySet()).as("hour %s", hour).containsAll(wanted);
                    assertThat(everResponsible.get(keys.blindedKey())).containsAll(kept.keySet());
                    Map<RsaIdentity, UnsignedLong> before =
                            revisions.computeIfAbsent(keys.blindedKey(), key -> new HashMap<>());
                    kept.forEach((directory, descriptor) -> {
                        UnsignedLong last = before.put(directory, descriptor.revision());
                        if (last != null) {
                            assertThat(descriptor.revision()).isGreaterThanOrEqualTo(last);
                        }
                    });
                }
                views.addLast(view);
                if (views.size() > 4) {
                    views.removeFirst();
                }
                Map<Bytes, Set<RsaIdentity>> now = new HashMap<>();
                for (RingTimes.Slot slot : slots(view)) {
                    Bytes key = keys(slot).blindedKey();
                    now.put(key, kept(network, keys(slot)).keySet());
                }
                uploaded.addLast(now);
                if (uploaded.size() > 4) {
                    uploaded.removeFirst();
                }
                RingTimes.Slot ahead = RingTimes.of(view, true).forClient();
                Set<RsaIdentity> askedAhead = identities(
                        DirectoryRing.of(view, ahead).toFetch(keys(ahead).blindedKey()));
                for (Map<Bytes, Set<RsaIdentity>> then : uploaded) { // had the service stayed at the consensus of then
                    assertThat(then.get(keys(ahead).blindedKey()))
                            .as("hour %s, a client ahead of the service", hour)
                            .isNotNull()
                            .containsAnyElementsOf(askedAhead);
                }
                for (NetworkView old : views) { // a client with this consensus looks, and finds it
                    RingTimes.Slot slot = RingTimes.of(old, true).forClient();
                    ServiceKeys keys = keys(slot);
                    Set<RsaIdentity> asked =
                            identities(DirectoryRing.of(old, slot).toFetch(keys.blindedKey()));
                    assertThat(kept(network, keys).keySet())
                            .as("hour %s, consensus of %s", hour, old.validAfter())
                            .containsAnyElementsOf(asked);
                }
            }
            assertThat(revisions).as("time periods").hasSizeBetween(4, 5);
            assertThat(missing).isLessThan(5);
            assertThat(host.events(PublishEvent.Failed.class))
                    .allSatisfy(failed -> assertThat(failed.why()).isEqualTo(UploadFailure.UNREACHABLE));
            long rounds = host.events(PublishEvent.RoundEnded.class).size();
            // Each descriptor every 60 to 120 minutes, and more often where the ring changed.
            assertThat(rounds).isBetween(72L, 160L);
        }
    }

    @Test
    void noIntroductionPoints_nothingIsUploaded() throws Exception {
        try (TestNetwork network = network(3, 10);
                PublishingHost host = host(network)) {
            host.publish();
            network.time().advance(Duration.ofHours(2));
            assertThat(network.relays())
                    .allSatisfy(relay -> assertThat(relay.onions().size()).isZero());
            assertThat(host.publisher.isPublished()).isFalse();
            awaitPublished(network, host);
            host.publish();
            int before = host.events.size();
            network.time().advance(Duration.ofHours(4));
            assertThat(host.events).hasSize(before);
            assertThat(host.publisher.isPublished())
                    .as("what there was has expired")
                    .isFalse();
        }
    }

    @Test
    void otherIntroductionPoints_areUploadedAtOnce() throws Exception {
        try (TestNetwork network = network(4, 10);
                PublishingHost host = host(network)) {
            awaitPublished(network, host);
            network.time().advance(Duration.ofMinutes(1));
            IntroductionPoint other = PublishingHost.point(random);
            host.publish(other);
            network.time().advance(Duration.ofSeconds(30));
            for (RingTimes.Slot slot : slots(host.view())) {
                assertThat(kept(network, keys(slot)).values())
                        .isNotEmpty()
                        .allSatisfy(descriptor ->
                                assertThat(descriptor.introductionPoints()).containsExactly(other));
            }
        }
    }

    /** As C tor's services do: or a directory could tell by a refusal which software it deals with. */
    @Test
    void t57_directoryRefuses_isNotAskedAgainBeforeTheNextRound() throws Exception {
        try (TestNetwork network = network(5, 10);
                PublishingHost host = host(network)) {
            network.time().advance(Duration.ofMinutes(1));
            RingTimes.Slot slot = slots(host.view()).get(0);
            TestRelay stubborn = relay(
                    network,
                    ImmutableSet.copyOf(responsible(host.view(), slot)).asList().get(0));
            stubborn.deceive(DirectoryFault.EMPTY);
            awaitPublished(network, host);
            network.time().advance(Duration.ofMinutes(30));
            assertThat(host.events(PublishEvent.Failed.class))
                    .as("one for each descriptor that it is responsible for")
                    .hasSizeBetween(1, 2)
                    .allSatisfy(failed -> assertThat(failed.why()).isEqualTo(UploadFailure.REFUSED));
            stubborn.heal();
            network.time().advance(Duration.ofHours(2));
            assertThat(kept(network, keys(slot))).containsKey(RsaIdentity.fromHex(stubborn.fingerprint()));
        }
    }

    @Test
    void t57_allDirectoriesRefuse_areTriedAgainUntilTheyTakeIt() throws Exception {
        try (TestNetwork network = network(5, 10);
                PublishingHost host = host(network)) {
            network.time().advance(Duration.ofMinutes(1));
            network.relays().forEach(relay -> relay.deceive(DirectoryFault.EMPTY));
            host.publish(point);
            network.time().advance(Duration.ofMinutes(4));
            List<PublishEvent.Failed> failures = host.events(PublishEvent.Failed.class);
            assertThat(failures)
                    .hasSizeGreaterThan(2 * 16)
                    .allSatisfy(failed -> assertThat(failed.why()).isEqualTo(UploadFailure.REFUSED));
            assertThat(failures.get(failures.size() - 1).again())
                    .as("later each time")
                    .isGreaterThan(failures.get(0).again());
            assertThat(host.publisher.isPublished()).isFalse();
            network.relays().forEach(TestRelay::heal);
            network.time().advance(Duration.ofMinutes(10));
            assertThat(host.publisher.isPublished()).isTrue();
        }
    }

    @Test
    void t57_directoryMute_isTriedAgain_othersDontWaitForIt() throws Exception {
        try (TestNetwork network = network(6, 10);
                PublishingHost host = host(network)) {
            network.time().advance(Duration.ofMinutes(1));
            RingTimes.Slot slot = slots(host.view()).get(0);
            TestRelay mute = relay(
                    network,
                    ImmutableSet.copyOf(responsible(host.view(), slot)).asList().get(0));
            mute.deceive(DirectoryFault.SILENT);
            awaitPublished(network, host);
            network.time().advance(Duration.ofMinutes(3));
            assertThat(host.events(PublishEvent.Failed.class))
                    .isNotEmpty()
                    .allSatisfy(failed -> assertThat(failed.why()).isEqualTo(UploadFailure.UNREACHABLE));
            mute.heal();
            network.time().advance(Duration.ofMinutes(10));
            assertThat(kept(network, keys(slot))).containsKey(RsaIdentity.fromHex(mute.fingerprint()));
        }
    }

    @Test
    void t58_restartWithTheClockSetBack_countersStillGrow() throws Exception {
        try (TestNetwork network = network(7, 10)) {
            Map<Bytes, Descriptor> before = new HashMap<>();
            try (PublishingHost host = host(network)) {
                awaitPublished(network, host);
                network.time().advance(Duration.ofSeconds(30));
                for (RingTimes.Slot slot : slots(host.view())) {
                    kept(network, keys(slot))
                            .values()
                            .forEach(one -> before.put(keys(slot).blindedKey(), one));
                }
            }
            Clock back = Clock.offset(network.time().clock(), Duration.ofHours(-1));
            try (PublishingHost host = host(network, back)) {
                awaitPublished(network, host);
                network.time().advance(Duration.ofSeconds(30));
                for (RingTimes.Slot slot : slots(host.view())) {
                    Descriptor former = before.get(keys(slot).blindedKey());
                    List<Descriptor> now =
                            new ArrayList<>(kept(network, keys(slot)).values());
                    assertThat(now)
                            .hasSameSizeAs(responsible(host.view(), slot))
                            .allSatisfy(descriptor ->
                                    assertThat(descriptor.revision()).isGreaterThan(former.revision()));
                }
                assertThat(host.events(PublishEvent.Failed.class)).isEmpty();
            }
        }
    }

    @Test
    void close_endsUploadsAtOnce() throws Exception {
        try (TestNetwork network = network(8, 10);
                PublishingHost host = host(network)) {
            network.time().advance(Duration.ofMinutes(1));
            CompletableFuture<Void> published = host.publisher.published();
            host.publish(point);
            host.publisher.close();
            assertThat(published).isCancelled();
            network.time().settle(REAL_LIMIT);
            network.time().advance(Duration.ofHours(3));
            assertThat(host.events).isEmpty();
            assertThat(host.publisher.isPublished()).isFalse();
        }
    }
}
