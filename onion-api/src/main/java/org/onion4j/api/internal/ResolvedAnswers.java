package org.onion4j.api.internal;

import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableList;
import java.net.InetAddress;
import java.util.Optional;
import org.onion4j.api.HostNotFoundException;
import org.onion4j.circuit.message.Resolved;

/** What an exit's answer to a look-up means to an application. Spec: tor-spec, "Remote hostname lookup". */
public final class ResolvedAnswers {
    private static final CharMatcher NAME = CharMatcher.inRange('a', 'z')
            .or(CharMatcher.inRange('A', 'Z'))
            .or(CharMatcher.inRange('0', '9'))
            .or(CharMatcher.anyOf("-_."));

    private ResolvedAnswers() {}

    /** The addresses in the answer, at least one, in the exit's order, each once. */
    public static ImmutableList<InetAddress> addresses(Resolved resolved) throws HostNotFoundException {
        ImmutableList<InetAddress> addresses = resolved.answers().stream()
                .map(Resolved.Answer::address)
                .filter(Optional::isPresent)
                .map(Optional::get)
                .distinct()
                .collect(ImmutableList.toImmutableList());
        if (addresses.isEmpty()) {
            throw notFound(resolved, "address");
        }
        return addresses;
    }

    /** The first host name in the answer that is one. */
    public static String hostname(Resolved resolved) throws HostNotFoundException {
        for (Resolved.Answer answer : resolved.answers()) {
            String name = answer.hostname().orElse("");
            if (!name.isEmpty() && NAME.matchesAllOf(name)) {
                return name;
            }
        }
        throw notFound(resolved, "name");
    }

    private static HostNotFoundException notFound(Resolved resolved, String what) {
        boolean transientError = resolved.error().orElse(0) == Resolved.ERROR_TRANSIENT;
        return new HostNotFoundException(
                transientError
                        ? "the exit's name servers do not answer"
                        : "the exit found no " + what + " for the host",
                Optional.empty(),
                null);
    }
}
