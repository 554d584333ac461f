package org.onion4j.directory.path;

/** Where the consensus's network parameters are looked up: {@code NetworkView::parameter}, or fixed values in tests. */
@FunctionalInterface
public interface ParameterLookup {
    /** No consensus at hand: every parameter has its default. */
    ParameterLookup DEFAULTS = (name, defaultValue, min, max) -> defaultValue;

    /**
     * The parameter of this name, clamped to {@code min} and {@code max}, or the default where the consensus has none.
     */
    int parameter(String name, int defaultValue, int min, int max);
}
