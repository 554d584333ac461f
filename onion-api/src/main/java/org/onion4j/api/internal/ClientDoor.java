package org.onion4j.api.internal;

import static com.google.common.base.Preconditions.checkState;

import java.util.concurrent.atomic.AtomicReference;
import org.onion4j.api.OnionClient;

/**
 * How onion-testnet makes clients that run on another clock, randomness and network than the real ones, which is no part
 * of the public API. {@link OnionClient} puts its key here when its class is initialised, once and for good. Any thread.
 */
public abstract class ClientDoor {
    private static final AtomicReference<ClientDoor> KEY = new AtomicReference<>();

    /** For {@link OnionClient}. */
    protected ClientDoor() {}

    /** Sets what the clients of a builder run on. */
    protected abstract void set(OnionClient.Builder builder, Environment environment);

    /** For {@link OnionClient}: there is one key, and no other takes its place. */
    public static void install(ClientDoor key) {
        checkState(KEY.compareAndSet(null, key), "there is a key");
    }

    /** A builder whose clients run on the given environment. */
    public static OnionClient.Builder builder(Environment environment) {
        OnionClient.Builder builder = OnionClient.builder(); // which initialises the class
        KEY.get().set(builder, environment);
        return builder;
    }
}
