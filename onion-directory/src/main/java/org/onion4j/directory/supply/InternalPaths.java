package org.onion4j.directory.supply;

import com.google.common.collect.ImmutableList;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.guard.VanguardMode;
import org.onion4j.directory.guard.Vanguards;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.path.Path;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.path.Position;
import org.onion4j.directory.view.Relay;

/**
 * Draws the paths of circuits for onion services (T47): guard, one of few second hops, with full vanguards one of few third
 * hops, then whatever relays the circuit's length leaves room for, and the end. No relay comes twice, but from the fourth
 * hop on it may be the guard, since else who names ends, or meets the hop before, would see in time which relay never comes
 * there. For the same reason families and subnets don't matter. Any thread. Spec: proposal 292, "Path restriction
 * changes".
 */
final class InternalPaths {
    /** From this hop on the guard may come again: it has two relays between. */
    private static final int GUARD_MAY_COME_AGAIN = 4;

    private final Vanguards vanguards;
    private final RandomSource random;

    InternalPaths(Vanguards vanguards, RandomSource random) {
        this.vanguards = vanguards;
        this.random = random;
    }

    VanguardMode mode() {
        return vanguards.mode();
    }

    /**
     * Draws a path to a relay that was chosen already.
     *
     * @param last identity of the relay at the end
     * @param end the same as a relay of the view, to be part of the path; else somebody else extends to it
     */
    Path draw(PathSelector selector, Relay guard, OnionPurpose purpose, RsaIdentity last, Optional<Relay> end)
            throws NoPathException {
        return path(selector, guard, purpose, last, end);
    }

    /**
     * Draws a path to any relay that fits.
     *
     * @param fits what the relay at the end must be like
     */
    Path drawToAny(PathSelector selector, Relay guard, OnionPurpose purpose, Predicate<Relay> fits)
            throws NoPathException {
        int length = purpose.length(mode());
        boolean guardFits = length >= GUARD_MAY_COME_AGAIN;
        Predicate<Relay> mayEnd = fits.and(relay -> !relay.has(RelayFlag.MIDDLE_ONLY)
                && (guardFits || !relay.rsaIdentity().equals(guard.rsaIdentity())));
        // First of all, so that which relays come here doesn't depend on who our vanguards are.
        Relay end = drawMiddle(selector, purpose, mayEnd);
        try {
            return path(selector, guard, purpose, end.rsaIdentity(), Optional.of(end));
        } catch (NoPathException e) {
            // It is the only vanguard, or the network is tiny. The choice was ours, so nobody drives us off anything.
            Path inner = path(selector, guard, purpose, guard.rsaIdentity(), Optional.empty());
            Set<RsaIdentity> taken = new HashSet<>();
            inner.hops().forEach(relay -> taken.add(relay.rsaIdentity()));
            Relay other = drawMiddle(selector, purpose, mayEnd.and(relay -> !taken.contains(relay.rsaIdentity())));
            return new Path(ImmutableList.<Relay>builder()
                    .addAll(inner.hops())
                    .add(other)
                    .build());
        }
    }

    /**
     * Learns from a circuit which vanguards can be reached. Only the relay before one, a guard or vanguard itself, or
     * what lies between them can make one seem out of reach, not who names an end.
     *
     * @param answered how many of the path's relays did
     * @param lost whether the next one did not, while the one before it was there
     */
    void learn(Path path, int answered, boolean lost) {
        for (int hop = 2; hop <= Math.min(layers(), path.length()); hop++) {
            boolean reached = hop <= answered;
            if (reached || (lost && hop == answered + 1)) {
                vanguards.note(hop, path.hops().get(hop - 1), reached);
            }
        }
    }

    /** The last hop that is a vanguard. */
    private int layers() {
        return mode() == VanguardMode.FULL ? 3 : 2;
    }

    /** What is given lacks the last hop if {@code end} is empty. */
    private Path path(PathSelector selector, Relay guard, OnionPurpose purpose, RsaIdentity last, Optional<Relay> end)
            throws NoPathException {
        int length = purpose.length(mode());
        Set<RsaIdentity> taken = new HashSet<>();
        taken.add(last);
        Predicate<Relay> free = relay -> !taken.contains(relay.rsaIdentity());
        ImmutableList.Builder<Relay> hops = ImmutableList.<Relay>builder().add(guard);
        for (int hop = 2; hop < length; hop++) {
            Predicate<Relay> fits = hop >= GUARD_MAY_COME_AGAIN
                    ? free
                    : free.and(relay -> !relay.rsaIdentity().equals(guard.rsaIdentity()));
            Relay drawn = drawBetween(hop, selector, guard, purpose, fits);
            taken.add(drawn.rsaIdentity());
            hops.add(drawn);
        }
        end.ifPresent(hops::add);
        return new Path(hops.build());
    }

    private Relay drawBetween(int hop, PathSelector selector, Relay guard, OnionPurpose purpose, Predicate<Relay> fits)
            throws NoPathException {
        if (hop > layers()) {
            return drawMiddle(selector, purpose, fits);
        }
        Vanguards.Draw draw =
                hop == 2 ? vanguards.drawSecond(selector, guard, fits) : vanguards.drawThird(selector, guard, fits);
        if (draw.relay().isPresent()) {
            return draw.relay().get();
        }
        if (draw.complete()) {
            // Who names the end of circuits is not to drive us off these relays by naming one of them.
            throw new NoPathException(
                    Position.MIDDLE, NoPathException.Lack.ALL_EXCLUDED, "no vanguard of layer " + hop + " is free");
        }
        return drawMiddle(selector, purpose, fits); // a network without Stable relays, or with few relays at all
    }

    /** The best there is: Stable where that matters, else Fast, else any. */
    private Relay drawMiddle(PathSelector selector, OnionPurpose purpose, Predicate<Relay> fits)
            throws NoPathException {
        Predicate<Relay> fast = fits.and(relay -> relay.has(RelayFlag.FAST));
        Optional<Relay> drawn = purpose.isStable()
                ? selector.drawMiddle(fast.and(relay -> relay.has(RelayFlag.STABLE)), random)
                : Optional.empty();
        if (!drawn.isPresent()) {
            drawn = selector.drawMiddle(fast, random);
        }
        if (!drawn.isPresent()) {
            drawn = selector.drawMiddle(fits, random);
        }
        return drawn.orElseThrow(() -> new NoPathException(
                Position.MIDDLE, NoPathException.Lack.ALL_RELATED, "too few relays for a circuit of its length"));
    }
}
