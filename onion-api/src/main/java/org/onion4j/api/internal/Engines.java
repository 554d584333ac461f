package org.onion4j.api.internal;

import org.onion4j.api.internal.engine.ClientEngine;

/** The engine that clients get. */
public final class Engines {
    private Engines() {}

    /** Makes real engines. */
    public static EngineFactory real() {
        return ClientEngine::new;
    }
}
