package org.onion4j.directory.supply;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.guard.LayerTwoGuards;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.path.Path;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.path.Position;
import org.onion4j.directory.view.Relay;

/**
 * Draws the paths of circuits for onion services (T47): guard, a relay of layer two, a third one, and a fourth where
 * somebody else chose it. No relay comes twice, but the fourth may be the guard: else its choice would tell which one
 * that is. Families and subnets don't matter here, for the same reason. Any thread. Spec: proposal 333.
 */
final class InternalPaths {
    private final LayerTwoGuards layerTwo;
    private final RandomSource random;

    InternalPaths(LayerTwoGuards layerTwo, RandomSource random) {
        this.layerTwo = layerTwo;
        this.random = random;
    }

    /**
     * Draws a path.
     *
     * @param last identity of the relay that comes fourth, if somebody chose one
     * @param end the same as a relay of the view, to be part of the path; else somebody else extends to it
     * @param thirdFits what the third relay must be like where it is the last one
     */
    Path draw(
            PathSelector selector,
            Relay guard,
            Optional<RsaIdentity> last,
            Optional<Relay> end,
            Predicate<Relay> thirdFits)
            throws NoPathException {
        List<RsaIdentity> taken = new ArrayList<>();
        taken.add(guard.rsaIdentity());
        last.ifPresent(taken::add);
        Predicate<Relay> free = relay -> !taken.contains(relay.rsaIdentity());
        LayerTwoGuards.Draw drawn = layerTwo.draw(selector, guard, free);
        if (!drawn.relay().isPresent() && drawn.complete()) {
            // Who names the end of circuits is not to drive us off these relays by naming one of them.
            throw new NoPathException(Position.MIDDLE, NoPathException.Lack.ALL_EXCLUDED, "no second hop is free");
        }
        // Else it is a network without Stable relays, or with few relays at all.
        Relay second = drawn.relay().isPresent() ? drawn.relay().get() : drawMiddle(selector, free);
        taken.add(second.rsaIdentity());
        Predicate<Relay> third =
                last.isPresent() ? free : free.and(thirdFits).and(relay -> !relay.has(RelayFlag.MIDDLE_ONLY));
        ImmutableList.Builder<Relay> hops =
                ImmutableList.<Relay>builder().add(guard, second, drawMiddle(selector, third));
        end.ifPresent(hops::add);
        return new Path(hops.build());
    }

    private Relay drawMiddle(PathSelector selector, Predicate<Relay> fits) throws NoPathException {
        Optional<Relay> fast = selector.drawMiddle(fits.and(relay -> relay.has(RelayFlag.FAST)), random);
        Optional<Relay> drawn = fast.isPresent() ? fast : selector.drawMiddle(fits, random);
        if (!drawn.isPresent()) {
            throw new NoPathException(
                    Position.MIDDLE, NoPathException.Lack.ALL_RELATED, "too few relays for a circuit of its length");
        }
        return drawn.get();
    }
}
