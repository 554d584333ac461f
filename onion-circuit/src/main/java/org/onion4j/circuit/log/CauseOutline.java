package org.onion4j.circuit.log;

import com.google.common.collect.ImmutableSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Stands for a failure whose text may not be told: has its type's name, its stack, and its causes and suppressed
 * failures in the same form. The platform puts addresses, certificates and names into the texts of its exceptions, and a
 * bug of ours may put anything into one; texts that this library wrote for its own checked exceptions name no relay,
 * address or destination, and are kept. T86.
 */
public final class CauseOutline extends Exception {
    private static final long serialVersionUID = 1L;

    /** How many failures of one chain are kept. */
    private static final int MAX_DEPTH = 16;

    /** Where exceptions come from whose text is ours. */
    private static final ImmutableSet<String> OWN_PACKAGES = ImmutableSet.of(
            "org.onion4j.api.",
            "org.onion4j.hs.",
            "org.onion4j.directory.",
            "org.onion4j.circuit.",
            "org.onion4j.crypto.");

    private final String type;

    private CauseOutline(Throwable original, Set<Throwable> path) {
        super(isOwn(original) ? original.getMessage() : null, causeOf(original, path), true, true);
        this.type = original.getClass().getName();
        setStackTrace(original.getStackTrace());
        for (Throwable suppressed : original.getSuppressed()) {
            if (path.size() < MAX_DEPTH && !path.contains(suppressed)) {
                addSuppressed(of(suppressed, path));
            }
        }
    }

    private static Throwable causeOf(Throwable original, Set<Throwable> path) {
        path.add(original);
        Throwable cause = original.getCause();
        return cause == null || path.size() >= MAX_DEPTH || path.contains(cause) ? null : of(cause, path);
    }

    /** The same failure without what may not be told: itself if there is no such thing in it. Null for null. */
    public static Throwable of(Throwable failure) {
        return failure == null ? null : of(failure, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static Throwable of(Throwable failure, Set<Throwable> path) {
        return isOwnThroughout(failure, 0) ? failure : new CauseOutline(failure, path);
    }

    private static boolean isOwnThroughout(Throwable failure, int depth) {
        if (depth == MAX_DEPTH || !isOwn(failure)) {
            return false;
        }
        for (Throwable suppressed : failure.getSuppressed()) {
            if (!isOwnThroughout(suppressed, depth + 1)) {
                return false;
            }
        }
        return failure.getCause() == null || isOwnThroughout(failure.getCause(), depth + 1);
    }

    private static boolean isOwn(Throwable failure) {
        String name = failure.getClass().getName();
        return !(failure instanceof RuntimeException || failure instanceof Error)
                && OWN_PACKAGES.stream().anyMatch(name::startsWith);
    }

    /** The name of the class that the failure had. */
    public String type() {
        return type;
    }

    /** That name, with the text where that is ours. */
    @Override
    @SuppressWarnings("OverrideThrowableToString") // a stack trace is to show that name in place of this class's
    public String toString() {
        return getMessage() == null ? type : type + ": " + getMessage();
    }
}
