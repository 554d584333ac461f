package org.onion4j.api;

import java.util.Objects;

/**
 * Keeps streams apart: streams with different tokens never share a circuit, so that no exit or host can tell by the
 * circuit that they belong to the same user. Streams with equal tokens may share one, and so may all streams without a
 * token. Use one for each identity, account or browser tab.
 */
public final class IsolationToken {
    private final Object value;

    private IsolationToken(Object value) {
        this.value = value;
    }

    /** A token that equals no other one. */
    public static IsolationToken create() {
        return new IsolationToken(new Object());
    }

    /** A token that equals those made from an equal name, for example of an account. */
    public static IsolationToken named(String name) {
        return new IsolationToken(Objects.requireNonNull(name, "name"));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IsolationToken that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    /** The same for all: a name may tell who the user is. */
    @Override
    public String toString() {
        return "IsolationToken";
    }
}
