package org.onion4j.api.internal;

import com.google.common.collect.ImmutableList;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.onion4j.api.BootstrapProgress;
import org.onion4j.api.ClientStatus;
import org.onion4j.api.OnionStream;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.onion.OnionAddress;

/**
 * Joins the network and does what is asked of it. Everything asked is valid: hosts and ports have been checked, and time
 * limits are the caller's, who cancels a future it no longer wants. The engine then gives the attempt up; what it has
 * opened all the same, the caller closes.
 *
 * <p>Futures fail with an {@link org.onion4j.api.OnionException}, never wrapped. What depends on them must not block: it
 * runs on the engine's threads. Nothing touches the network before {@link #bootstrap} or the first request, which begins
 * it by itself and waits for it.
 *
 * <p>Threading: any thread may call any method; none blocks but {@link #close}.
 */
public interface Engine extends AutoCloseable {
    /**
     * Begins to join the network if that has not begun. Each call gives a future of its own, done when streams can be
     * opened; it fails only if trying on makes no sense, for example because of the clock. Cancelling it stops nothing.
     */
    CompletableFuture<Void> bootstrap();

    /** What the client does now; never {@link ClientStatus.State#CLOSED}. */
    ClientStatus status();

    /** Calls the listener at each change, on the engine's threads, until the handle is closed. It must not block. */
    Registration onProgress(Consumer<BootstrapProgress> listener);

    /** Opens a stream, on whichever circuits it takes. */
    CompletableFuture<OnionStream> openStream(StreamRequest request);

    /** Looks up the addresses of a host name, at least one. The request's port is 0. */
    CompletableFuture<ImmutableList<InetAddress>> resolve(StreamRequest request);

    /** Looks up the name of the address that the request is for. The request's port is 0. */
    CompletableFuture<String> resolveReverse(StreamRequest request);

    /**
     * The device has another network, or has one again: links of the old one are dropped at once, and whatever waits after
     * failures is tried again. No effect before {@link #bootstrap}, or after {@link #close}.
     */
    void networkChanged();

    /** Uses a key for an onion service from now on, which it takes over; instead of any former one. */
    void authorize(OnionAddress service, SecretBytes key);

    /** Uses no key for an onion service any more. */
    void unauthorize(OnionAddress service);

    /**
     * Begins to host an onion service, and to join the network for it. Done when the service has its key and address, which
     * takes the disk and not the network; what it was given is wiped if that fails.
     */
    CompletableFuture<HostedService> host(HostRequest request);

    /** Runs short tasks later; takes none after {@link #close}. */
    Scheduler scheduler();

    /**
     * Closes all streams and circuits, fails what is under way with {@link org.onion4j.api.ClientClosedException}, and
     * returns when no thread and no socket is left, even if the calling thread is interrupted. Again: no effect. Afterwards
     * {@link #status} and {@link #onProgress} may still be called.
     */
    @Override
    void close();

    /** Takes a listener out. */
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
