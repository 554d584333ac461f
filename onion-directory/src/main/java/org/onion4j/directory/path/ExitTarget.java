package org.onion4j.directory.path;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.Immutable;
import java.net.Inet6Address;
import java.net.InetAddress;
import org.onion4j.directory.doc.PortPolicy;
import org.onion4j.directory.view.Relay;

/**
 * Where a stream wants to go, as far as it matters for the choice of its exit. Spec: path-spec, "Choosing an exit".
 * Relays publish summaries of their policies only, so an exit that is said to allow a target may still refuse it.
 */
@Immutable
public final class ExitTarget {
    private static final ExitTarget RESOLVE = new ExitTarget(Kind.ANYWHERE, ImmutableList.of());

    private enum Kind {
        IPV4_OR_NAME,
        IPV6,
        ANYWHERE
    }

    private final Kind kind;
    private final ImmutableList<Integer> ports; // one of them is enough

    private ExitTarget(Kind kind, ImmutableList<Integer> ports) {
        for (int port : ports) {
            checkArgument(port >= 1 && port <= 65535, "port %s", port);
        }
        this.kind = kind;
        this.ports = ports;
    }

    /** A port, 1 to 65535, of a host whose address only the exit will know. */
    public static ExitTarget port(int port) {
        return new ExitTarget(Kind.IPV4_OR_NAME, ImmutableList.of(port));
    }

    /** A port, 1 to 65535, at an address. */
    public static ExitTarget address(InetAddress address, int port) {
        Kind kind = address instanceof Inet6Address ? Kind.IPV6 : Kind.IPV4_OR_NAME;
        return new ExitTarget(kind, ImmutableList.of(port));
    }

    /** A name or address lookup: any relay that lets something out does them. */
    public static ExitTarget resolve() {
        return RESOLVE;
    }

    /** At least one of these ports, of hosts whose addresses aren't known: for a circuit built ahead. */
    public static ExitTarget anyOf(Iterable<Integer> ports) {
        ImmutableList<Integer> list = ImmutableList.copyOf(ports);
        checkArgument(!list.isEmpty(), "no ports");
        return new ExitTarget(Kind.IPV4_OR_NAME, list);
    }

    /** Whether the relay's policies seem to allow this. */
    public boolean allowedBy(Relay relay) {
        return switch (kind) {
            case IPV4_OR_NAME -> allowsOne(relay.ipv4Policy());
            case IPV6 -> allowsOne(relay.ipv6Policy());
            case ANYWHERE ->
                !relay.ipv4Policy().rejectsAll() || !relay.ipv6Policy().rejectsAll();
        };
    }

    private boolean allowsOne(PortPolicy policy) {
        for (int port : ports) {
            if (policy.allows(port)) {
                return true;
            }
        }
        return false;
    }

    /** The ports, empty for a lookup. */
    public ImmutableList<Integer> ports() {
        return ports;
    }

    /** What is asked of an exit, without an address: {@code port 443}, {@code port 443 over IPv6}, {@code lookups}. */
    @Override
    public String toString() {
        if (kind == Kind.ANYWHERE) {
            return "lookups";
        }
        String text = ports.size() == 1 ? "port " + ports.get(0) : "one of " + ports.size() + " ports";
        return kind == Kind.IPV6 ? text + " over IPv6" : text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ExitTarget that && kind == that.kind && ports.equals(that.ports);
    }

    @Override
    public int hashCode() {
        return kind.name().hashCode() * 31 + ports.hashCode();
    }
}
