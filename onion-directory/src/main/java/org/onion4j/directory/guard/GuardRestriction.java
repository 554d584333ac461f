package org.onion4j.directory.guard;

import com.google.common.collect.ImmutableSet;
import com.google.errorprone.annotations.Immutable;
import java.util.Optional;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.view.Relay;

/**
 * What a circuit demands of its guard beside that it works. Remembered with the circuit, since it also decides whether
 * the circuit waits for another one. Immutable. Spec: guard-spec, "Selecting guards for circuits".
 */
@Immutable
public final class GuardRestriction {
    /** Any guard will do. */
    public static final GuardRestriction NONE = new GuardRestriction(Optional.empty(), ImmutableSet.of());

    private final Optional<RsaIdentity> lastHop;
    private final ImmutableSet<RsaIdentity> excluded;

    private GuardRestriction(Optional<RsaIdentity> lastHop, ImmutableSet<RsaIdentity> excluded) {
        this.lastHop = lastHop;
        this.excluded = excluded;
    }

    /** Neither the relay at the other end of the circuit nor one of its family or subnet. */
    public static GuardRestriction unrelatedTo(Relay lastHop) {
        return new GuardRestriction(Optional.of(lastHop.rsaIdentity()), ImmutableSet.of());
    }

    /** The same, and none of these: guards of other circuits for the same traffic. */
    public GuardRestriction andNot(Iterable<RsaIdentity> others) {
        return new GuardRestriction(
                lastHop,
                ImmutableSet.<RsaIdentity>builder()
                        .addAll(excluded)
                        .addAll(others)
                        .build());
    }

    boolean isNone() {
        return !lastHop.isPresent() && excluded.isEmpty();
    }

    boolean allows(Relay guard, PathSelector network) {
        if (excluded.contains(guard.rsaIdentity())) {
            return false;
        }
        if (!lastHop.isPresent()) {
            return true;
        }
        if (lastHop.get().equals(guard.rsaIdentity())) {
            return false;
        }
        Optional<Relay> last = network.view().relay(lastHop.get());
        return !last.isPresent() || !network.related(guard, last.get());
    }
}
