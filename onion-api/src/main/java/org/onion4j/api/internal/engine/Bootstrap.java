package org.onion4j.api.internal.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.api.BootstrapException;
import org.onion4j.api.BootstrapPhase;
import org.onion4j.api.ClockSkewException;
import org.onion4j.circuit.channel.ChannelManager;
import org.onion4j.circuit.channel.PaddingParameters;
import org.onion4j.directory.fetch.DirectoryListener;
import org.onion4j.directory.fetch.DirectoryStatus;
import org.onion4j.directory.guard.GuardManager;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.path.PathRules;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.path.Position;
import org.onion4j.directory.supply.CircuitSupply;
import org.onion4j.directory.supply.InternalCircuits;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.hs.client.OnionServiceClient;

/**
 * Takes each new view of the network to whoever needs it, and the client into the network: directory documents first,
 * then a first circuit. Tells the {@link ProgressBoard} and the {@link ReadyGate}.
 *
 * <p>Threading: called by the directory manager, one call at a time; its one field is guarded by its lock.
 */
final class Bootstrap implements DirectoryListener {
    /** Parts of the whole way, for the fraction: what comes before the documents, and what after. */
    private static final double DIRECTORY_FROM = 0.05;

    private static final double DIRECTORY_TO = 0.85;
    private static final int MAX_PADDING_MILLIS = 60_000;

    private final GuardManager guards;
    private final CircuitSupply supply;
    private final InternalCircuits internal;
    private final OnionServiceClient services;
    private final ChannelManager channels;
    private final PathRules rules;
    private final ProgressBoard progress;
    private final ReadyGate gate;
    private final Runnable hosted; // tells the onion services of this client that the network is known differently
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<PathSelector> selector = Optional.empty();
    private boolean documentsReady;
    private boolean circuitWanted;
    private CompletableFuture<Void> exitProbe = CompletableFuture.completedFuture(null); // the first circuit to an exit
    private boolean internalWanted; // a circuit that needs no exit is being built, to see whether the network works

    Bootstrap(
            GuardManager guards,
            CircuitSupply supply,
            InternalCircuits internal,
            OnionServiceClient services,
            ChannelManager channels,
            PathRules rules,
            ProgressBoard progress,
            ReadyGate gate,
            Runnable hosted) {
        this.guards = guards;
        this.supply = supply;
        this.internal = internal;
        this.services = services;
        this.channels = channels;
        this.rules = rules;
        this.progress = progress;
        this.gate = gate;
        this.hosted = hosted;
    }

    @Override
    public void viewChanged(NetworkView view) {
        PathSelector next = PathSelector.of(view, rules);
        channels.setPadding(padding(view));
        boolean otherGuards = guards.update(next);
        lock.lock();
        try {
            selector = Optional.of(next);
        } finally {
            lock.unlock();
        }
        if (otherGuards) {
            supply.retireAll();
            internal.retireAll();
            services.retireAll();
        }
        useIfReady();
    }

    private static PaddingParameters padding(NetworkView view) {
        int low = view.parameter("nf_ito_low", PaddingParameters.DEFAULT.lowMillis(), 0, MAX_PADDING_MILLIS);
        int high = view.parameter("nf_ito_high", PaddingParameters.DEFAULT.highMillis(), 0, MAX_PADDING_MILLIS);
        boolean beforeUsage = view.parameter("nf_pad_before_usage", 1, 0, 1) == 1;
        return new PaddingParameters(PaddingParameters.Mode.NORMAL, low, Math.max(low, high), beforeUsage);
    }

    @Override
    public void statusChanged(DirectoryStatus status) {
        lock.lock();
        try {
            documentsReady = status.ready();
        } finally {
            lock.unlock();
        }
        Optional<String> blockedBy = status.blockage().map(DirectoryStatus.Blockage::describe);
        double fraction = DIRECTORY_FROM + (DIRECTORY_TO - DIRECTORY_FROM) * status.fraction();
        if (status.ready()) {
            useIfReady();
        } else if (gate.isOpen()) {
            gate.close(); // what was known is too old now, and circuits that are there may go on
            progress.fallBack(phase(status.phase()), Math.min(fraction, DIRECTORY_TO), blockedBy);
            lock.lock();
            try {
                circuitWanted = false;
            } finally {
                lock.unlock();
            }
        } else {
            progress.advance(phase(status.phase()), Math.min(fraction, DIRECTORY_TO), blockedBy);
        }
        if (status.blockage().isPresent()) {
            failIfHopeless(status, status.blockage().get());
        } else {
            gate.hopeAgain();
        }
    }

    private void failIfHopeless(DirectoryStatus status, DirectoryStatus.Blockage blockage) {
        if (blockage instanceof DirectoryStatus.ClockSkew skew) {
            Duration ahead = skew.ahead();
            gate.fail(new ClockSkewException(phase(status.phase()), ahead, blockage.describe(), null));
        } else if (blockage instanceof DirectoryStatus.ClientTooOld) {
            gate.fail(new BootstrapException(phase(status.phase()), blockage.describe(), null));
        } else {
            gate.hopeAgain();
        }
    }

    /** Once there are documents enough, circuits may be built; the first one shows that the network works. */
    private void useIfReady() {
        PathSelector current;
        boolean first;
        lock.lock();
        try {
            if (!documentsReady || !selector.isPresent()) {
                return;
            }
            current = selector.get();
            first = !circuitWanted;
            circuitWanted = true;
        } finally {
            lock.unlock();
        }
        supply.setNetwork(current);
        internal.setNetwork(current);
        hosted.run();
        if (first) {
            progress.advance(BootstrapPhase.BUILDING_CIRCUIT, DIRECTORY_TO, Optional.empty());
            CompletableFuture<Void> probe = supply.first(this::pathObstacle);
            lock.lock();
            try {
                exitProbe = probe;
            } finally {
                lock.unlock();
            }
            probe.thenRun(this::becomeReady);
        }
    }

    private void becomeReady() {
        progress.advance(BootstrapPhase.READY, 1.0, Optional.empty());
        gate.open();
    }

    /** Why no circuit can be begun, or that it can. Without any exit, one for onion services will do. */
    void pathObstacle(Optional<NoPathException> obstacle) {
        Optional<String> why = obstacle.map(e -> "no path through the network: " + e.getMessage());
        progress.blocked(BootstrapPhase.BUILDING_CIRCUIT, why);
        if (obstacle.filter(Bootstrap::isLackOfExits).isPresent() && !gate.isOpen()) {
            tryWithoutExits();
        }
    }

    /** Tries once; the next obstacle lets it try again. */
    private void tryWithoutExits() {
        lock.lock();
        try {
            if (internalWanted) {
                return;
            }
            internalWanted = true;
        } finally {
            lock.unlock();
        }
        internal.probe().whenComplete((circuit, failure) -> {
            boolean stillWanted;
            CompletableFuture<Void> probe;
            lock.lock();
            try {
                internalWanted = false;
                stillWanted = documentsReady;
                probe = exitProbe;
            } finally {
                lock.unlock();
            }
            if (circuit != null) {
                circuit.close();
                if (stillWanted) {
                    becomeReady();
                    probe.cancel(false); // it would try on and on; should there be exits one day, streams ask for them
                }
            }
        });
    }

    private static boolean isLackOfExits(NoPathException e) {
        return e.position() == Position.EXIT && e.lack() == NoPathException.Lack.NO_RELAY;
    }

    private static BootstrapPhase phase(DirectoryStatus.Phase phase) {
        return switch (phase) {
            case LOADING -> BootstrapPhase.CONNECTING;
            case CONSENSUS -> BootstrapPhase.LOADING_CONSENSUS;
            case CERTIFICATES -> BootstrapPhase.LOADING_AUTHORITY_KEYS;
            case MICRODESCRIPTORS -> BootstrapPhase.LOADING_RELAYS;
            case READY -> BootstrapPhase.BUILDING_CIRCUIT;
        };
    }
}
