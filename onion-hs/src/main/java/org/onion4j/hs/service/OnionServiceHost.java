package org.onion4j.hs.service;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.StreamAcceptor;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.hs.publish.PublishEnvironment;
import org.onion4j.hs.publish.ServiceIdentity;
import org.onion4j.hs.publish.ServiceState;

/**
 * The onion services of one client. Any thread; guarded by one lock, under which nothing is waited for and nobody is told.
 */
public final class OnionServiceHost implements AutoCloseable {
    private final ServiceEnvironment environment;
    private final PublishEnvironment publishing;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<OnionAddress, HostedService> services = new LinkedHashMap<>(); // guarded by lock
    private boolean closed; // guarded by lock

    public OnionServiceHost(ServiceEnvironment environment) {
        this.environment = environment;
        this.publishing = new PublishEnvironment(
                environment.circuits(),
                environment.random(),
                environment.clock(),
                environment.ticker(),
                environment.scheduler(),
                environment.executor(),
                environment.activity(),
                environment.testing(),
                environment.bugs());
    }

    /**
     * Begins to host a service, as soon as the network is known.
     *
     * @param identity of the service: a copy is made
     * @param state remembers what it has, if anything does; claimed by the caller, whose it stays, and open until the
     *     service has stopped
     * @param acceptor gets the streams of clients, on a channel's reader: must not block
     * @throws IllegalStateException if this is closed, or hosts the same service already
     */
    public HostedService host(
            ServiceIdentity identity,
            ServiceOptions options,
            Optional<ServiceState> state,
            StreamAcceptor acceptor,
            ServiceListener listener) {
        HostedService service;
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("closed");
            }
            if (services.containsKey(identity.address())) {
                throw new IllegalStateException("the service is hosted already");
            }
            service = new HostedService(environment, publishing, identity, options, state, acceptor, listener);
            services.put(service.address(), service);
        } finally {
            lock.unlock();
        }
        service.stopped().thenRun(() -> remove(service));
        service.begin();
        return service;
    }

    private void remove(HostedService service) {
        lock.lock();
        try {
            services.remove(service.address(), service);
        } finally {
            lock.unlock();
        }
    }

    private ImmutableList<HostedService> services() {
        lock.lock();
        try {
            return ImmutableList.copyOf(services.values());
        } finally {
            lock.unlock();
        }
    }

    /** The network is known differently now: there is a new consensus, or more is known of its relays. */
    public void viewChanged() {
        services().forEach(HostedService::viewChanged);
    }

    /** The device has another network: nothing that failed on the old one says anything of the new one. */
    public void networkChanged() {
        services().forEach(HostedService::networkChanged);
    }

    /** Ends all services at once. */
    @Override
    public void close() {
        ImmutableList<HostedService> all;
        lock.lock();
        try {
            closed = true;
            all = ImmutableList.copyOf(services.values());
        } finally {
            lock.unlock();
        }
        all.forEach(HostedService::close);
    }
}
