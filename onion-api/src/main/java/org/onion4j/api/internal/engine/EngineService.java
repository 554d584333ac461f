package org.onion4j.api.internal.engine;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.onion4j.api.OnionServiceClosedException;
import org.onion4j.api.OnionServiceEvent;
import org.onion4j.api.OnionServiceEvent.IntroductionPoints;
import org.onion4j.api.OnionServiceEvent.IntroductionsRefused;
import org.onion4j.api.OnionServiceEvent.PublicationFailed;
import org.onion4j.api.OnionServiceEvent.Published;
import org.onion4j.api.internal.Futures;
import org.onion4j.api.internal.HostedService;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.hs.publish.PublishEvent;
import org.onion4j.hs.service.Refusal;
import org.onion4j.hs.service.ServiceListener;
import org.onion4j.hs.service.ServiceStatus;

/** A service of {@code onion-hs} as the API wants it. Any thread; what was told last is guarded by a lock. */
final class EngineService implements HostedService {
    private static final Duration LOOK_AT_REFUSALS_EVERY = Duration.ofMinutes(1);
    private static final ImmutableMap<Refusal, IntroductionsRefused.Reason> REASONS =
            Maps.immutableEnumMap(ImmutableMap.<Refusal, IntroductionsRefused.Reason>builder()
                    .put(Refusal.FLOOD, IntroductionsRefused.Reason.FLOOD)
                    .put(Refusal.TOO_LATE, IntroductionsRefused.Reason.TOO_LATE)
                    .put(Refusal.REPLAYED, IntroductionsRefused.Reason.REPLAYED)
                    .put(Refusal.FORGED, IntroductionsRefused.Reason.FORGED)
                    .put(Refusal.MALFORMED, IntroductionsRefused.Reason.MALFORMED)
                    .put(Refusal.BAD_RENDEZVOUS_POINT, IntroductionsRefused.Reason.BAD_RENDEZVOUS_POINT)
                    .put(Refusal.BUSY_RENDEZVOUS_POINT, IntroductionsRefused.Reason.BUSY_RENDEZVOUS_POINT)
                    .put(Refusal.BAD_WORK, IntroductionsRefused.Reason.BAD_WORK)
                    .put(Refusal.TOO_MANY_CLIENTS, IntroductionsRefused.Reason.TOO_MANY_CLIENTS)
                    .buildOrThrow());

    private final org.onion4j.hs.service.HostedService service;
    private final Consumer<OnionServiceEvent> events;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Refusal, Long> toldRefusals = new EnumMap<>(Refusal.class); // under the lock

    EngineService(
            org.onion4j.hs.service.HostedService service, Scheduler scheduler, Consumer<OnionServiceEvent> events) {
        this.service = service;
        this.events = events;
        Regularly.run(scheduler, LOOK_AT_REFUSALS_EVERY, this::tellRefusals, service.stopped());
    }

    private void tellRefusals() {
        Map<Refusal, Long> fresh = new EnumMap<>(Refusal.class);
        lock.lock();
        try {
            service.status().refused().forEach((refusal, count) -> {
                long more = count - toldRefusals.getOrDefault(refusal, 0L);
                if (more > 0) {
                    fresh.put(refusal, more);
                    toldRefusals.put(refusal, count);
                }
            });
        } finally {
            lock.unlock();
        }
        fresh.forEach((refusal, count) -> events.accept(new IntroductionsRefused(REASONS.get(refusal), count)));
    }

    @Override
    public OnionAddress address() {
        return service.address();
    }

    @Override
    public CompletableFuture<Void> published() {
        CompletableFuture<Void> published = new CompletableFuture<>();
        Futures.whenDone(service.published(), (nothing, failure) -> {
            if (failure == null) {
                published.complete(null);
            } else {
                published.completeExceptionally(
                        new OnionServiceClosedException("the onion service has been closed", null));
            }
        });
        return published;
    }

    @Override
    public void setClients(ImmutableSet<Bytes> clients) {
        service.setClients(clients.asList());
    }

    @Override
    public CompletableFuture<Void> stop(Duration grace) {
        if (!grace.isZero()) {
            return service.stop(grace);
        }
        service.close();
        return service.stopped();
    }

    /** Turns what is told of a service into what the API tells of it. */
    static final class Ears implements ServiceListener {
        private final int wantedPoints;
        private final Consumer<OnionServiceEvent> events;
        private int points; // told one after the other

        Ears(int wantedPoints, Consumer<OnionServiceEvent> events) {
            this.wantedPoints = wantedPoints;
            this.events = events;
        }

        @Override
        public void onStatus(ServiceStatus status) {
            if (status.introductionPoints() != points) {
                points = status.introductionPoints();
                events.accept(new IntroductionPoints(points, wantedPoints));
            }
        }

        @Override
        public void onPublish(PublishEvent event) {
            if (event instanceof PublishEvent.RoundEnded round) {
                events.accept(
                        round.directories() > 0
                                ? new Published(round.directories(), round.asked())
                                : new PublicationFailed(round.asked()));
            }
        }
    }
}
