package org.onion4j.directory.supply;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.path.ParameterLookup;
import org.onion4j.directory.view.NetworkView;

/**
 * The ports that streams are likely to go to soon, because they lately did: circuits for them are built ahead. A port is
 * forgotten 30 to 60 minutes after its last use, a random time so that nobody who watches the client's circuits end can
 * tell when it was used; from then on an idle client builds nothing. A new client expects port {@value #FIRST_PORT}.
 * Kept in memory alone. Spec: path-spec, "Clients build circuits preemptively".
 *
 * <p>Threading: guarded by its owner's lock.
 */
public final class PredictedPorts {
    /** Most ports remembered; past that, the one whose last use is longest ago makes room. */
    static final int MAX_PORTS = 32;

    /** What is expected at the start. */
    static final int FIRST_PORT = 443;

    /** A name lookup counts as a use of this port. */
    static final int LOOKUP_PORT = 80;

    private record Use(long atNanos, long keptNanos) {
        boolean isOver(long now) {
            return now - atNanos > keptNanos;
        }
    }

    private final Ticker ticker;
    private final KeptTime kept;
    private final Map<Integer, Use> uses = new LinkedHashMap<>(); // by last use, oldest first

    /** Begins with the port that is expected at the start, as if it had just been used. */
    public PredictedPorts(Ticker ticker, RandomSource random) {
        this.ticker = ticker;
        this.kept = new KeptTime(random);
        onUsed(FIRST_PORT);
    }

    /** Follows {@code nf_conntimeout_clients} for uses from now on: the shortest time that a port is kept, in seconds. */
    public void update(NetworkView view) {
        update(view::parameter);
    }

    void update(ParameterLookup network) {
        kept.update(network);
    }

    /** A stream goes to this port, 1 to 65535. */
    public void onUsed(int port) {
        checkArgument(port > 0 && port <= 0xffff, "port %s", port);
        uses.remove(port); // goes to the end
        if (uses.size() == MAX_PORTS) {
            uses.remove(uses.keySet().iterator().next());
        }
        uses.put(port, new Use(ticker.read(), drawKeptTime().toNanos()));
    }

    /** Draws how long something is kept that may be of use again: the same range goes for circuits that nobody uses. */
    Duration drawKeptTime() {
        return kept.draw();
    }

    /** A name is looked up; that needs a circuit to some exit, as if for port {@value #LOOKUP_PORT}. */
    public void onLookup() {
        onUsed(LOOKUP_PORT);
    }

    /** The ports to expect, the one used least lately first. */
    public ImmutableSet<Integer> ports() {
        long now = ticker.read();
        uses.values().removeIf(use -> use.isOver(now));
        return ImmutableSet.copyOf(uses.keySet());
    }
}
