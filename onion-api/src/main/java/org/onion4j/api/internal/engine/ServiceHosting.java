package org.onion4j.api.internal.engine;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.onion4j.api.ClientClosedException;
import org.onion4j.api.InternalErrorException;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionServiceConflictException;
import org.onion4j.api.StateException;
import org.onion4j.api.internal.Futures;
import org.onion4j.api.internal.HostRequest;
import org.onion4j.api.internal.HostedService;
import org.onion4j.api.internal.IntroductionRate;
import org.onion4j.api.internal.WorkDemand;
import org.onion4j.circuit.StreamLimit;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.directory.state.StateStore;
import org.onion4j.hs.pow.RequestQueue;
import org.onion4j.hs.publish.ServiceIdentity;
import org.onion4j.hs.publish.ServiceIdentityException;
import org.onion4j.hs.publish.ServiceState;
import org.onion4j.hs.service.OnionServiceHost;
import org.onion4j.hs.service.ServiceEnvironment;
import org.onion4j.hs.service.ServiceOptions;

/** The onion services of one engine, with what is kept of them. Any thread; {@link #close} blocks, and so does the disk. */
final class ServiceHosting {
    private static final Duration STOP_TIME = Duration.ofSeconds(3);

    private final ServiceEnvironment environment;
    private final StateStore store;
    private final BooleanSupplier clientClosed;
    private final OnionServiceHost host;
    private final Set<org.onion4j.hs.service.HostedService> services = ConcurrentHashMap.newKeySet();

    /** @param clientClosed whether the client has been closed, which is then what ends the services' streams */
    ServiceHosting(ServiceEnvironment environment, StateStore store, BooleanSupplier clientClosed) {
        this.environment = environment;
        this.store = store;
        this.clientClosed = clientClosed;
        this.host = new OnionServiceHost(environment);
    }

    /** Begins to host a service, whose key the caller wipes. */
    HostedService host(HostRequest request) throws OnionException {
        Optional<ServiceState> state = request.name().map(name -> ServiceState.open(store, name));
        boolean hosted = false;
        try (ServiceIdentity identity = identity(request.key(), state)) {
            state.ifPresent(kept -> kept.claim(identity));
            org.onion4j.hs.service.HostedService service = host(request, identity, state);
            hosted = true;
            return new EngineService(service, environment.scheduler(), request.events());
        } finally {
            if (!hosted) {
                state.ifPresent(ServiceState::close);
            }
        }
    }

    private org.onion4j.hs.service.HostedService host(
            HostRequest request, ServiceIdentity identity, Optional<ServiceState> state) throws OnionException {
        org.onion4j.hs.service.HostedService service;
        try {
            service = host.host(
                    identity,
                    options(request),
                    state,
                    stream -> request.streams().accept(new IncomingServiceStream(stream, clientClosed)),
                    new EngineService.Ears(request.introductionPoints(), request.events()));
        } catch (IllegalStateException e) {
            throw clientClosed.getAsBoolean()
                    ? new ClientClosedException("the client has been closed", e)
                    : new OnionServiceConflictException(
                            OnionServiceConflictException.Reason.ADDRESS,
                            "the client hosts a service with this key already");
        }
        services.add(service);
        Futures.whenDone(service.stopped(), (nothing, failure) -> {
            services.remove(service);
            state.ifPresent(ServiceState::close);
        });
        return service;
    }

    private ServiceIdentity identity(Optional<SecretBytes> given, Optional<ServiceState> state) throws OnionException {
        if (given.isPresent()) {
            ServiceIdentity identity = identity(given.get());
            boolean conflict = state.isPresent() && keepsAnother(state.get(), identity);
            if (conflict) {
                identity.close();
                throw new OnionServiceConflictException(
                        OnionServiceConflictException.Reason.KEY,
                        "the state directory keeps a service with another key under this name");
            }
            return identity;
        }
        if (!state.isPresent()) {
            return ServiceIdentity.generate(environment.random());
        }
        Optional<ServiceIdentity> kept = state.get().identity();
        if (kept.isPresent()) {
            return kept.get();
        }
        if (state.get().isIdentityLost()) {
            throw new StateException("the key that was kept of this onion service can't be read any more", null);
        }
        ServiceIdentity made = ServiceIdentity.generate(environment.random());
        if (!state.get().saveIdentity(made)) {
            made.close();
            throw new StateException(
                    "the key of a new onion service could not be written to the state directory", null);
        }
        return made;
    }

    private static ServiceIdentity identity(SecretBytes expanded) throws OnionException {
        try {
            return ServiceIdentity.ofExpanded(expanded);
        } catch (ServiceIdentityException e) {
            throw new InternalErrorException("a key that was checked is none", e);
        }
    }

    private static boolean keepsAnother(ServiceState state, ServiceIdentity identity) {
        Optional<ServiceIdentity> kept = state.identity();
        boolean another = kept.isPresent() && !kept.get().address().equals(identity.address());
        kept.ifPresent(ServiceIdentity::close);
        return another;
    }

    private static ServiceOptions options(HostRequest request) {
        ServiceOptions options = ServiceOptions.DEFAULT
                .withIntroductionPoints(request.introductionPoints())
                .withClients(request.clients())
                .withStreams(new StreamLimit(
                        request.maxStreamsPerCircuit() == 0 ? StreamLimit.MOST : request.maxStreamsPerCircuit(),
                        request.closeCircuitAtStreamLimit()
                                ? StreamLimit.Excess.CLOSE_CIRCUIT
                                : StreamLimit.Excess.REFUSE));
        if (request.rate().isPresent()) {
            IntroductionRate rate = request.rate().get();
            options = options.withLimit(new ServiceOptions.IntroductionLimit(rate.perSecond(), rate.burst()));
        }
        if (request.work().isPresent()) {
            WorkDemand work = request.work().get();
            options = options.withWork(
                    new ServiceOptions.Work(new RequestQueue.Pace(work.perSecond(), work.burst()), work.effort()));
        }
        return options;
    }

    /** The network is known differently now. */
    void viewChanged() {
        host.viewChanged();
    }

    /** The device has another network. */
    void networkChanged() {
        host.networkChanged();
    }

    /** Ends all services, and waits until what is to be kept of them is. */
    void close() {
        CompletableFuture<?>[] ends = ImmutableList.copyOf(services).stream()
                .map(org.onion4j.hs.service.HostedService::stopped)
                .toArray(CompletableFuture<?>[]::new);
        host.close();
        try {
            CompletableFuture.allOf(ends).get(STOP_TIME.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            return; // they end with the threads
        }
    }
}
