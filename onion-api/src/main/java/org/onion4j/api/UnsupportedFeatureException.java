package org.onion4j.api;

/** What was asked for is not part of this release. */
public final class UnsupportedFeatureException extends OnionException {
    private static final long serialVersionUID = 1L;

    /** What this release lacks. */
    public enum Feature {
        /** {@link StreamOptions.Builder#exitCountry}. */
        EXIT_COUNTRY,
        /** Networks to be reached through bridges alone. */
        BRIDGES
    }

    private final Feature feature;

    /** For the library itself. */
    public UnsupportedFeatureException(Feature feature, String message) {
        this(feature, message, null);
    }

    private UnsupportedFeatureException(Feature feature, String message, Throwable cause) {
        super(message, cause);
        this.feature = feature;
    }

    /** What this release lacks. */
    public Feature feature() {
        return feature;
    }

    @Override
    OnionException again() {
        return new UnsupportedFeatureException(feature, getMessage(), this);
    }
}
