package org.onion4j.api.internal;

import org.onion4j.api.OnionException;

/** Makes the engine of one client. */
public interface EngineFactory {
    /**
     * Makes an engine that has not touched the network yet.
     *
     * @throws OnionException if the configuration cannot work; then nothing is left running
     */
    Engine create(EngineConfig config) throws OnionException;
}
