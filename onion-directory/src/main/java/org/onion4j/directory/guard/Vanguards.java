package org.onion4j.directory.guard;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.state.StateStore;
import org.onion4j.directory.view.Relay;

/**
 * The few relays that are second hops, and with {@link VanguardMode#FULL} third ones, of circuits for onion services: so
 * that somebody who makes us build many circuits meets few of our relays, and learns our guard late if ever. The two
 * layers share no relay, as far as the network has enough. Spec: proposals 292 ("Mesh-based vanguards") and 333
 * ("Vanguards lite").
 *
 * <p>Threading: any thread; one lock, under which only the random source is asked. No method but {@link #save} blocks.
 */
public final class Vanguards {
    /** The name under which full vanguards are saved. Those of lite are not. */
    public static final String STATE_NAME = "vanguards";

    private final VanguardMode mode;
    private final StateStore store;
    private final TimeSource time;
    private final Executor saver;
    private final ReentrantLock saving = new ReentrantLock(); // taken before the other one: writes keep their order
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final VanguardLayer two;

    @GuardedBy("lock")
    private final VanguardLayer three;

    private Vanguards(VanguardMode mode, StateStore store, TimeSource time, RandomSource random, Executor saver) {
        this.mode = mode;
        this.store = store;
        this.time = time;
        this.saver = saver;
        this.two = new VanguardLayer(
                mode == VanguardMode.FULL ? VanguardRules.FULL_LAYER_TWO : VanguardRules.LITE_LAYER_TWO, random);
        this.three = new VanguardLayer(VanguardRules.FULL_LAYER_THREE, random);
    }

    /** Those of {@link VanguardMode#LITE}: none yet. */
    public static Vanguards lite(Clock clock, Ticker ticker, RandomSource random) {
        return new Vanguards(
                VanguardMode.LITE, new MemoryStateStore(), new TimeSource(clock, ticker), random, Runnable::run);
    }

    /**
     * Those of a mode, with {@link VanguardMode#FULL} the ones that the store remembers. What is there but can't be read is
     * set aside; the vanguards whose lines are in order are kept. Lite doesn't touch what the store remembers, so that who
     * comes back to full vanguards finds them.
     *
     * @param saver saves what has changed, soon after: a service that falls over and over again must not draw others each
     *     time
     */
    public static Vanguards open(
            VanguardMode mode, StateStore store, Clock clock, Ticker ticker, RandomSource random, Executor saver) {
        if (mode == VanguardMode.LITE) {
            return lite(clock, ticker, random);
        }
        Vanguards vanguards = new Vanguards(mode, store, new TimeSource(clock, ticker), random, saver);
        Optional<byte[]> text = store.read(STATE_NAME);
        if (text.isPresent()) {
            VanguardStateCodec.Decoded decoded = VanguardStateCodec.decode(text.get());
            vanguards.restore(decoded);
            decoded.fault().ifPresent(fault -> store.setAside(STATE_NAME, fault));
        }
        return vanguards;
    }

    private void restore(VanguardStateCodec.Decoded saved) {
        lock.lock();
        try {
            Moment now = time.now();
            for (VanguardRecord record : saved.readable()) {
                (record.layer() == 2 ? two : three).restore(record, now);
            }
            if (saved.fault().isPresent()) {
                two.markChanged();
            }
        } finally {
            lock.unlock();
        }
    }

    public VanguardMode mode() {
        return mode;
    }

    /**
     * A vanguard for a circuit.
     *
     * @param relay empty if none of them fits
     * @param complete whether there are as many of them as the network wants: one that is small may not have so many
     */
    public record Draw(Optional<Relay> relay, boolean complete) {}

    /**
     * Draws a second hop that fits.
     *
     * @param guard of the circuit, which is not made one of them: it would be of no use
     */
    public Draw drawSecond(PathSelector network, Relay guard, Predicate<Relay> fits) {
        return draw(2, network, guard, fits);
    }

    /** Draws a third hop that fits; with {@link VanguardMode#FULL} alone. */
    public Draw drawThird(PathSelector network, Relay guard, Predicate<Relay> fits) {
        if (mode != VanguardMode.FULL) {
            throw new IllegalStateException("vanguards-lite has no third layer");
        }
        return draw(3, network, guard, fits);
    }

    private Draw draw(int position, PathSelector network, Relay guard, Predicate<Relay> fits) {
        Draw draw;
        boolean changed;
        lock.lock();
        try {
            VanguardLayer layer = position == 2 ? two : three;
            VanguardLayer other = position == 2 ? three : two;
            draw = layer.draw(
                    network,
                    time.now(),
                    relay -> !relay.rsaIdentity().equals(guard.rsaIdentity()),
                    relay -> !other.contains(relay),
                    fits);
            changed = mode == VanguardMode.FULL && layer.hasChanged();
        } finally {
            lock.unlock();
        }
        if (changed) {
            saver.execute(this::save);
        }
        return draw;
    }

    /**
     * What became of extending a circuit to a relay: one that could not be reached is drawn again only after a minute, as
     * long as others of its layer fit. It keeps its place, so whoever makes circuits fail there drives us to no relay that
     * we wouldn't use anyway.
     *
     * @param position of the relay in the circuit; no effect if it is no vanguard there
     * @param reached whether the relay answered
     */
    public void note(int position, Relay relay, boolean reached) {
        lock.lock();
        try {
            if (position == 2) {
                two.note(relay, reached, time.now());
            } else if (position == 3) {
                three.note(relay, reached, time.now());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Saves what changed since the last time, if anything. May block on the disk. */
    public void save() {
        if (mode != VanguardMode.FULL) {
            return;
        }
        saving.lock();
        try {
            Optional<byte[]> changed = takeChanged();
            changed.ifPresent(text -> store.write(STATE_NAME, text));
        } finally {
            saving.unlock();
        }
    }

    private Optional<byte[]> takeChanged() {
        lock.lock();
        try {
            boolean second = two.takeChanged();
            boolean third = three.takeChanged();
            if (!second && !third) {
                return Optional.empty();
            }
            Moment now = time.now();
            ImmutableList.Builder<VanguardRecord> records = ImmutableList.builder();
            two.members().forEach(member -> records.add(member.record(2, now)));
            three.members().forEach(member -> records.add(member.record(3, now)));
            return Optional.of(VanguardStateCodec.encode(records.build()));
        } finally {
            lock.unlock();
        }
    }
}
