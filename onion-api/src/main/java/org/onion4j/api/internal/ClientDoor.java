package org.onion4j.api.internal;

import static com.google.common.base.Preconditions.checkState;

import java.util.concurrent.atomic.AtomicReference;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;

/**
 * How onion-testnet makes clients that run on another clock, randomness and network than the real ones, which is no part
 * of the public API. {@link OnionClient} puts its key here when its class is initialised, once and for good. Any thread.
 */
public abstract class ClientDoor {
    private static final AtomicReference<ClientDoor> KEY = new AtomicReference<>();

    /** For {@link OnionClient}. */
    protected ClientDoor() {}

    /** Whoever is to know of the clients that a builder makes. Any thread. */
    public interface Owner {
        /**
         * A client is about to be given out.
         *
         * @throws OnionException if it must not be; it is closed then
         */
        void built(OnionClient client) throws OnionException;

        /** A client has been closed. */
        void closed(OnionClient client);

        /** Wants to know nothing. */
        Owner NOBODY = new Owner() {
            @Override
            public void built(OnionClient client) {}

            @Override
            public void closed(OnionClient client) {}
        };
    }

    /** Sets what the clients of a builder run on, and who hears of them. */
    protected abstract void set(OnionClient.Builder builder, Environment environment, Owner owner);

    /** For {@link OnionClient}: there is one key, and no other takes its place. */
    public static void install(ClientDoor key) {
        checkState(KEY.compareAndSet(null, key), "there is a key");
    }

    /** A builder whose clients run on the given environment. */
    public static OnionClient.Builder builder(Environment environment) {
        return builder(environment, Owner.NOBODY);
    }

    /** The same, with someone who hears of the clients. */
    public static OnionClient.Builder builder(Environment environment, Owner owner) {
        OnionClient.Builder builder = OnionClient.builder(); // which initialises the class
        KEY.get().set(builder, environment, owner);
        return builder;
    }
}
