package org.onion4j.api.internal;

/** The engine that clients get. */
public final class Engines {
    private Engines() {}

    /** Makes real engines. */
    public static EngineFactory real() {
        return config -> {
            throw new UnsupportedOperationException("not built yet");
        };
    }
}
