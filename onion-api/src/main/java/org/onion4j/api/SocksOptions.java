package org.onion4j.api;

/** How a SOCKS proxy behaves. Immutable; {@link #DEFAULT} is what calls without options use. */
public final class SocksOptions {
    /** The errors that RFC 1928 knows. */
    public static final SocksOptions DEFAULT = builder().build();

    /** Which errors the proxy tells programs. */
    public enum Errors {
        /** Those of RFC 1928 alone, which all programs know. */
        STANDARD,
        /**
         * Besides, why an onion service could not be reached, as C tor's flag {@code ExtendedErrors} does: F0 it was not
         * found, F1 its descriptor can't be used, F2 no introduction point took us on, F3 it did not come, F4 it is for
         * authorized clients alone, F5 it doesn't know our key, F6 it is no address of an onion service, F7 no introduction
         * point answered in time. For programs that know these: some, the JDK's own sockets among them, take an error
         * that they don't know for success.
         */
        EXTENDED
    }

    private final Errors errors;

    private SocksOptions(Builder builder) {
        this.errors = builder.errors;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Which errors the proxy tells programs. */
    public Errors errors() {
        return errors;
    }

    /** Collects options. Not for more than one thread. */
    @SuppressWarnings("CanIgnoreReturnValueSuggester") // its annotation would be part of what we export
    public static final class Builder {
        private Errors errors = Errors.STANDARD;

        private Builder() {}

        /** Tells programs why an onion service could not be reached: {@link Errors#EXTENDED}. Default: it is not told. */
        public Builder extendedErrors() {
            this.errors = Errors.EXTENDED;
            return this;
        }

        public SocksOptions build() {
            return new SocksOptions(this);
        }
    }
}
