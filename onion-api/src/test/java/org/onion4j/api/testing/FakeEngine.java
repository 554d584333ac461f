package org.onion4j.api.testing;

import com.google.common.collect.ImmutableList;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.onion4j.api.BootstrapProgress;
import org.onion4j.api.ClientStatus;
import org.onion4j.api.OnionStream;
import org.onion4j.api.internal.Engine;
import org.onion4j.api.internal.HostRequest;
import org.onion4j.api.internal.HostedService;
import org.onion4j.api.internal.StreamRequest;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.onion.OnionAddress;

/** An engine that keeps each request for the test to answer. */
public final class FakeEngine implements Engine {
    /** A request and the future that it waits for. */
    public record Asked<T>(StreamRequest request, CompletableFuture<T> answer) {}

    /** A service to host and the future that waits for it. */
    public record AskedHost(HostRequest request, CompletableFuture<HostedService> answer) {}

    private final ManualScheduler scheduler = new ManualScheduler();
    private final BlockingQueue<Asked<OnionStream>> streams = new LinkedBlockingQueue<>();
    private final BlockingQueue<Asked<ImmutableList<InetAddress>>> lookups = new LinkedBlockingQueue<>();
    private final BlockingQueue<Asked<String>> reverseLookups = new LinkedBlockingQueue<>();
    private final BlockingQueue<CompletableFuture<Void>> bootstraps = new LinkedBlockingQueue<>();
    private final BlockingQueue<AskedHost> hosts = new LinkedBlockingQueue<>();
    private final List<Consumer<BootstrapProgress>> listeners = new CopyOnWriteArrayList<>();
    private volatile BootstrapProgress progress = BootstrapProgress.DONE;
    private final AtomicInteger networkChanges = new AtomicInteger();
    private volatile boolean closed;

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T one = queue.poll(10, TimeUnit.SECONDS);
        if (one == null) {
            throw new AssertionError("nothing was asked of the engine");
        }
        return one;
    }

    /** Waits for the next stream that is asked for. */
    public Asked<OnionStream> nextStream() throws InterruptedException {
        return next(streams);
    }

    /** Waits for the next look-up of a name. */
    public Asked<ImmutableList<InetAddress>> nextLookup() throws InterruptedException {
        return next(lookups);
    }

    /** Waits for the next look-up of an address. */
    public Asked<String> nextReverseLookup() throws InterruptedException {
        return next(reverseLookups);
    }

    /** Waits for the next bootstrap. */
    public CompletableFuture<Void> nextBootstrap() throws InterruptedException {
        return next(bootstraps);
    }

    /** Whether nothing was asked but what has been taken. */
    public boolean isIdle() {
        return streams.isEmpty() && lookups.isEmpty() && reverseLookups.isEmpty() && bootstraps.isEmpty();
    }

    /** Makes progress, on the calling thread. */
    public void progress(BootstrapProgress next) {
        progress = next;
        listeners.forEach(listener -> listener.accept(next));
    }

    /** How many listeners there are. */
    public int listeners() {
        return listeners.size();
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public CompletableFuture<Void> bootstrap() {
        CompletableFuture<Void> future = new CompletableFuture<>();
        bootstraps.add(future);
        return future;
    }

    @Override
    public ClientStatus status() {
        ClientStatus.State state = switch (progress.phase()) {
            case IDLE -> ClientStatus.State.IDLE;
            case READY -> ClientStatus.State.READY;
            default -> ClientStatus.State.BOOTSTRAPPING;
        };
        return new ClientStatus(state, progress);
    }

    @Override
    public Registration onProgress(Consumer<BootstrapProgress> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public CompletableFuture<OnionStream> openStream(StreamRequest request) {
        CompletableFuture<OnionStream> future = new CompletableFuture<>();
        streams.add(new Asked<>(request, future));
        return future;
    }

    @Override
    public CompletableFuture<ImmutableList<InetAddress>> resolve(StreamRequest request) {
        CompletableFuture<ImmutableList<InetAddress>> future = new CompletableFuture<>();
        lookups.add(new Asked<>(request, future));
        return future;
    }

    @Override
    public CompletableFuture<String> resolveReverse(StreamRequest request) {
        CompletableFuture<String> future = new CompletableFuture<>();
        reverseLookups.add(new Asked<>(request, future));
        return future;
    }

    @Override
    public void networkChanged() {
        networkChanges.incrementAndGet();
    }

    /** How often it was told that the network has changed. */
    public int networkChanges() {
        return networkChanges.get();
    }

    @Override
    public void authorize(OnionAddress service, SecretBytes key) {
        key.close();
    }

    @Override
    public void unauthorize(OnionAddress service) {}

    @Override
    public CompletableFuture<HostedService> host(HostRequest request) {
        CompletableFuture<HostedService> future = new CompletableFuture<>();
        hosts.add(new AskedHost(request, future));
        return future;
    }

    /** Waits for the next service to host. */
    public AskedHost nextHost() throws InterruptedException {
        return next(hosts);
    }

    @Override
    public ManualScheduler scheduler() {
        return scheduler;
    }

    @Override
    public void close() {
        closed = true;
    }
}
