package org.onion4j.api;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.api.OnionServiceConflictException.Reason;
import org.onion4j.api.internal.ClientRequests;
import org.onion4j.api.internal.Engine;
import org.onion4j.api.internal.Environment;
import org.onion4j.api.internal.Futures;
import org.onion4j.api.internal.HostRequest;
import org.onion4j.api.internal.HostedService;
import org.onion4j.api.internal.service.EventRelay;
import org.onion4j.api.internal.service.ServiceStreams;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.random.RandomSource;

/** The onion services of one client: sees to it that no two of them have one name or one key. Any thread. */
final class ServiceHosts {
    private final Engine engine;
    private final Ticker ticker;
    private final RandomSource random;
    private final Activity activity;
    private final Callbacks callbacks;
    private final Set<OnionService> services = ConcurrentHashMap.newKeySet();
    private final Map<Object, CompletableFuture<OnionService>> pending =
            new ConcurrentHashMap<>(); // by a key of its own each
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<String> names = new HashSet<>(); // under the lock
    private final Set<OnionAddress> addresses = new HashSet<>(); // under the lock
    private volatile boolean closed;

    ServiceHosts(Engine engine, Environment environment, Callbacks callbacks) {
        this.engine = engine;
        this.ticker = environment.ticker();
        this.random = environment.random();
        this.activity = environment.activity();
        this.callbacks = callbacks;
    }

    /** What one service has taken, until it gives it back. */
    private final class Claim {
        private final Optional<String> name;
        private Optional<OnionAddress> address = Optional.empty(); // under the lock

        Claim(Optional<String> name) throws OnionServiceConflictException {
            this.name = name;
            lock.lock();
            try {
                if (name.isPresent() && !names.add(name.get())) {
                    throw new OnionServiceConflictException(
                            Reason.NAME, "the client hosts a service under this name already");
                }
            } finally {
                lock.unlock();
            }
        }

        void take(OnionAddress wanted) throws OnionServiceConflictException {
            lock.lock();
            try {
                if (address.isPresent()) {
                    return;
                }
                if (!addresses.add(wanted)) {
                    throw new OnionServiceConflictException(
                            Reason.ADDRESS, "the client hosts a service with this key already");
                }
                address = Optional.of(wanted);
            } finally {
                lock.unlock();
            }
        }

        void giveBack() {
            lock.lock();
            try {
                name.ifPresent(names::remove);
                address.ifPresent(addresses::remove);
            } finally {
                lock.unlock();
            }
        }
    }

    private Claim claim(OnionServiceConfig config) throws OnionServiceConflictException {
        Claim claim = new Claim(config.name());
        if (config.key().isPresent()) {
            try {
                claim.take(config.key().get().onion());
            } catch (OnionServiceConflictException e) {
                claim.giveBack();
                throw e;
            }
        }
        return claim;
    }

    /** Begins to host a service. If the future is cancelled, the service is closed once it is there. */
    CompletableFuture<OnionService> host(OnionServiceConfig config) {
        CompletableFuture<OnionService> result = new CompletableFuture<>();
        Object key = new Object();
        pending.put(key, result);
        Futures.whenDone(result, (service, failure) -> pending.remove(key));
        try {
            if (closed) {
                throw closedException();
            }
            host(config, claim(config), result);
        } catch (OnionException e) {
            result.completeExceptionally(e);
        }
        return result;
    }

    private void host(OnionServiceConfig config, Claim claim, CompletableFuture<OnionService> result) {
        EventRelay events = new EventRelay(config.listener(), callbacks);
        ServiceStreams streams = new ServiceStreams(
                config.ports(), config.maxStreams(), config.backlog(), engine.scheduler(), ticker, activity, events);
        ImmutableSet<OnionClientKey> clients = config.clients();
        CompletableFuture<HostedService> begun = engine.host(new HostRequest(
                config.name(),
                config.key().map(key -> SecretBytes.adopt(key.expanded())),
                config.introductionPoints(),
                config.introductionRate(),
                config.proofOfWork(),
                config.maxStreamsPerCircuit(),
                config.closeCircuitAtStreamLimit(),
                OnionService.keys(clients, config.restricted(), random),
                streams::onStream,
                events));
        Futures.whenDone(begun, (hosted, failure) -> {
            if (failure != null) {
                claim.giveBack();
                result.completeExceptionally(ClientRequests.cause(failure));
                return;
            }
            try {
                claim.take(hosted.address());
            } catch (OnionServiceConflictException e) {
                Futures.whenDone(hosted.stop(Duration.ZERO), (nothing, ignored) -> claim.giveBack());
                result.completeExceptionally(e);
                return;
            }
            finish(new Made(config, hosted, streams, claim), result);
        });
    }

    private record Made(OnionServiceConfig config, HostedService hosted, ServiceStreams streams, Claim claim) {}

    private void finish(Made made, CompletableFuture<OnionService> result) {
        CompletableFuture<OnionService> self = new CompletableFuture<>();
        OnionService service =
                new OnionService(made.hosted, made.streams, made.config, engine.scheduler(), random, callbacks, () -> {
                    made.claim.giveBack();
                    Futures.whenSucceeded(self, services::remove);
                });
        self.complete(service);
        services.add(service);
        if (closed) {
            result.completeExceptionally(closedException());
        }
        if (!result.complete(service)) {
            callbacks.execute(service::close); // given up in the meantime
        }
    }

    private static ClientClosedException closedException() {
        return new ClientClosedException("the client has been closed", null);
    }

    /** Ends all services; none can be hosted afterwards. */
    void close() {
        closed = true;
        pending.values().forEach(future -> future.completeExceptionally(closedException()));
        services.forEach(service -> service.end(closedException()));
    }
}
