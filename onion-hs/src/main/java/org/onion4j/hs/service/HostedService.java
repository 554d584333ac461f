package org.onion4j.hs.service;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.onion4j.circuit.IncomingStream;
import org.onion4j.circuit.StreamAcceptor;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.directory.guard.TimeSource;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.hs.descriptor.IntroductionPoint;
import org.onion4j.hs.descriptor.PowParameters;
import org.onion4j.hs.publish.PublishEnvironment;
import org.onion4j.hs.publish.PublishedContent;
import org.onion4j.hs.publish.Publisher;
import org.onion4j.hs.publish.SavedPoint;
import org.onion4j.hs.publish.ServiceIdentity;
import org.onion4j.hs.publish.ServiceState;
import org.onion4j.hs.service.IntroductionReader.Request;
import org.onion4j.hs.service.ServiceStatus.State;

/**
 * An onion service of ours: is introduced to clients by a few relays, tells clients of these in its descriptors, goes
 * where clients wait, and hands on their streams.
 *
 * <p>Threading: any thread may call. What belongs to the service happens in one sequence of tasks on the executor; what
 * others look at is published in volatile fields.
 */
public final class HostedService implements AutoCloseable {
    private static final Duration STOP_PAUSE = Duration.ofMillis(500);
    private static final Duration SAVE_PAUSE = Duration.ofMinutes(10);

    private final ServiceEnvironment environment;
    private final TimeSource time;
    private final OnionAddress address;
    private final Optional<ServiceState> state;
    private final ServiceListener listener;
    private final TaskSequence sequence;
    private final TaskSequence saving;
    private final Refusals refusals;
    private final Subcredentials subcredentials;
    private final ServicePoints points;
    private final IntroductionDesk desk;
    private final Meetings meetings;
    private final Optional<WorkGate> gate;
    private final Publisher publisher;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    // Touched in the sequence alone.
    private boolean restored; // or it has been decided that nothing is
    private boolean dropSaved; // somebody knows the last run's introduction points who is no longer to find us

    private volatile ImmutableList<IntroductionPoint> announced = ImmutableList.of();
    private volatile ImmutableList<Bytes> clients;
    private volatile State phase = State.STARTING;
    private volatile ServiceStatus last;

    /** Does nothing before {@link #begin}. */
    HostedService(
            ServiceEnvironment environment,
            PublishEnvironment publishing,
            ServiceIdentity identity,
            ServiceOptions options,
            Optional<ServiceState> state,
            StreamAcceptor acceptor,
            ServiceListener listener) {
        this.environment = environment;
        this.time = new TimeSource(environment.clock(), environment.ticker());
        this.address = identity.address();
        this.state = state;
        this.listener = listener;
        this.clients = options.clients();
        this.sequence = new TaskSequence(environment.executor(), environment.scheduler(), environment.bugs());
        this.saving = new TaskSequence(environment.executor(), environment.scheduler(), environment.bugs());
        this.refusals = new Refusals(environment.ticker());
        this.subcredentials = new Subcredentials(address, environment.testing());
        this.meetings = new Meetings(
                environment, time, sequence, options, new Streams(acceptor), refusals, this::onMeetingsChanged);
        this.gate = options.work().map(work -> new WorkGate(environment, time, sequence, refusals, work, new Server()));
        this.desk = new IntroductionDesk(
                environment, time, sequence, subcredentials, refusals, options.maxWaiting(), new Follower());
        this.points = new ServicePoints(environment, time, sequence, options, desk::accept, new PointsListener());
        this.publisher = new Publisher(
                publishing,
                identity,
                state,
                new Content(),
                event -> sequence.run(() -> {
                    listener.onPublish(event);
                    tell();
                }));
        this.last = statusNow();
        this.dropSaved = state.flatMap(ServiceState::clients)
                .filter(before -> isRevoked(before, clients))
                .isPresent();
    }

    void begin() {
        publisher
                .published()
                .whenComplete((nothing, failure) -> sequence.run(() -> {
                    if (failure == null && phase == State.STARTING) {
                        phase = State.RUNNING;
                        tell();
                    }
                }));
        sequence.run(this::look);
        gate.ifPresent(asked -> sequence.run(asked::look));
        state.ifPresent(memory -> saveLater());
    }

    private boolean isActive() {
        return phase == State.STARTING || phase == State.RUNNING;
    }

    private void look() {
        if (!isActive() || !environment.circuits().view().isPresent()) {
            return;
        }
        NetworkView view = environment.circuits().view().get();
        subcredentials.onView(view);
        if (!restored) {
            restored = true;
            state.ifPresent(memory -> restore(memory, view));
        }
        points.look();
    }

    /** Takes up the introduction points of the last run, unless somebody knows them who is no longer to find us. */
    private void restore(ServiceState memory, NetworkView view) {
        if (dropSaved) {
            saving.run(() -> memory.saveIntroductionPoints(ImmutableList.of()));
        } else {
            try {
                PointMemory.restore(memory.introductionPoints(), view, time.now(), environment.random())
                        .forEach(points::restore);
            } catch (RuntimeException e) {
                environment.bugs().error("the introduction points of an onion service could not be taken up again", e);
            }
        }
        saveClients();
    }

    private void saveClients() {
        ImmutableList<Bytes> now = clients;
        state.ifPresent(memory -> saving.run(() -> memory.saveClients(now)));
    }

    /** Whether somebody might find the service before, but may not now. */
    private static boolean isRevoked(ImmutableList<Bytes> before, ImmutableList<Bytes> now) {
        return !now.isEmpty() && (before.isEmpty() || !now.containsAll(before));
    }

    public OnionAddress address() {
        return address;
    }

    /**
     * Done when clients can find the service for the first time; cancelled if it ends before. A copy: whoever cancels it
     * changes nothing.
     */
    public CompletableFuture<Void> published() {
        return publisher.published();
    }

    /** How the service does now. */
    public ServiceStatus status() {
        ServiceStatus told = last;
        return new ServiceStatus(
                told.state(), told.introductionPoints(), publisher.isPublished(), told.clients(), refusals.counts());
    }

    private ServiceStatus statusNow() {
        return new ServiceStatus(
                phase, points.establishedCount(), publisher.isPublished(), meetings.clientCount(), refusals.counts());
    }

    private void tell() {
        ServiceStatus before = last;
        ServiceStatus now = statusNow();
        last = now;
        boolean changed = before.state() != now.state()
                || before.introductionPoints() != now.introductionPoints()
                || before.published() != now.published()
                || before.clients() != now.clients();
        if (changed) {
            listener.onStatus(now);
        }
    }

    /**
     * Those clients alone may find the service from now on; all, if there are none. If somebody may not who might before,
     * all introduction points are replaced, and with them the descriptors; circuits that there are go on.
     *
     * @param keys X25519 public keys, 32 bytes each, none of small order
     */
    public void setClients(List<Bytes> keys) {
        ImmutableList<Bytes> now = ImmutableList.copyOf(keys);
        ServiceOptions.checkClients(now);
        sequence.run(() -> {
            ImmutableList<Bytes> before = clients;
            clients = now;
            if (!isActive() || now.equals(before)) {
                return;
            }
            if (isRevoked(before, now)) {
                dropSaved = true;
                points.replaceAll();
                save();
            }
            if (restored) { // else who might find us in the last run isn't forgotten before that has been looked at
                saveClients();
            }
            publisher.contentChanged();
        });
    }

    /** The network is known differently now. */
    void viewChanged() {
        sequence.run(this::look);
        publisher.viewChanged();
    }

    /** The device has another network. */
    void networkChanged() {
        sequence.run(() -> {
            if (isActive() && environment.circuits().view().isPresent()) {
                points.networkChanged();
            }
        });
        publisher.networkChanged();
    }

    // Called in the sequence.

    private void onPointsChanged() {
        ImmutableList.Builder<IntroductionPoint> described = ImmutableList.builder();
        points.announced().forEach(point -> described.add(point.described()));
        ImmutableList<IntroductionPoint> now = described.build();
        boolean changed = !now.equals(announced);
        announced = now;
        if (changed && !now.isEmpty()) {
            publisher.contentChanged();
            save();
        }
        tell();
    }

    private void onMeetingsChanged() {
        gate.ifPresent(WorkGate::onRoom);
        desk.onRoom();
        tell();
    }

    private void save() {
        if (!state.isPresent() || !restored) {
            return; // what the last run had stays for the next one
        }
        ImmutableList<SavedPoint> saved = PointMemory.save(points.all());
        saving.run(() -> {
            try {
                state.get().saveIntroductionPoints(saved);
            } finally {
                saved.forEach(SavedPoint::close);
            }
        });
    }

    private void saveLater() {
        environment
                .scheduler()
                .schedule(
                        () -> sequence.run(() -> {
                            if (isActive()) {
                                saveLater();
                                save();
                            }
                        }),
                        SAVE_PAUSE);
    }

    /**
     * Ends the service: it takes no new clients and streams from now on, and closes when the streams that there are have
     * ended, at the latest after a while. Done when it is closed.
     */
    public CompletableFuture<Void> stop(Duration atTheLatest) {
        Moment begun = time.now();
        sequence.run(() -> {
            if (isActive()) {
                phase = State.STOPPING;
                endIntroductions();
                tell();
            }
            awaitQuiet(begun, atTheLatest);
        });
        return stopped();
    }

    private void endIntroductions() {
        try {
            publisher.close();
            desk.close();
            gate.ifPresent(WorkGate::close);
            save();
        } finally {
            points.end(); // their circuits must go, whatever has failed before
        }
    }

    private void awaitQuiet(Moment begun, Duration atTheLatest) {
        if (phase == State.STOPPED) {
            return;
        }
        meetings.closeIdle();
        if (meetings.isQuiet() || begun.isOlderThan(atTheLatest, time.now())) {
            end();
        } else {
            environment.scheduler().schedule(() -> sequence.run(() -> awaitQuiet(begun, atTheLatest)), STOP_PAUSE);
        }
    }

    private void end() {
        phase = State.STOPPED;
        meetings.close();
        tell();
        saving.run(() -> stopped.complete(null)); // after what is to be kept has been
    }

    /**
     * Done when the service is closed. A copy: whoever cancels it changes nothing. The service holds it for as long as it
     * lives, so one is to be asked for once rather than again and again.
     */
    public CompletableFuture<Void> stopped() {
        return stopped.thenRun(() -> {});
    }

    /** Ends the service at once, with all its circuits. */
    @Override
    public void close() {
        publisher.close();
        desk.close();
        sequence.run(() -> {
            if (isActive()) {
                endIntroductions();
            }
            if (phase != State.STOPPED) {
                end();
            }
        });
    }

    /** What becomes of introduction points. */
    private final class PointsListener implements ServicePoints.Listener {
        @Override
        public void onChanged() {
            onPointsChanged();
        }

        @Override
        public void onNetworkBack() {
            publisher.networkBack();
        }
    }

    /** What the descriptors say. */
    private final class Content implements PublishedContent {
        @Override
        public ImmutableList<IntroductionPoint> introductionPoints() {
            return announced;
        }

        @Override
        public ImmutableList<Bytes> clients() {
            return clients;
        }

        @Override
        public Optional<PowParameters> pow() {
            return gate.map(WorkGate::announced);
        }
    }

    /** What becomes of introductions. */
    private final class Follower implements IntroductionDesk.Follower {
        @Override
        public boolean hasRoom() {
            return gate.isPresent() || meetings.hasRoom(); // who worked is to be known before there is room
        }

        @Override
        public boolean asksForWork() {
            return gate.isPresent();
        }

        @Override
        public long effort(Request request) throws RefusedException {
            return gate.isPresent() ? gate.get().effort(request) : 0;
        }

        @Override
        public void follow(Request request, long effort) throws RefusedException {
            if (gate.isPresent()) {
                gate.get().add(request, effort);
            } else {
                meet(request);
            }
        }

        @Override
        public void onWornOut() {
            points.look();
        }
    }

    private void meet(Request request) throws RefusedException {
        meetings.meet(request);
        tell();
    }

    /** Who goes to the clients that have worked. */
    private final class Server implements WorkGate.Server {
        @Override
        public boolean hasRoom() {
            return meetings.hasRoom();
        }

        @Override
        public int underWay() {
            return meetings.underWay();
        }

        @Override
        public void serve(Request request) throws RefusedException {
            meet(request);
        }

        @Override
        public void onAnnounced() {
            if (isActive() && !announced.isEmpty()) {
                publisher.contentChanged();
            }
        }
    }

    /** What becomes of streams; on channels' readers. */
    private final class Streams implements StreamAcceptor {
        private final StreamAcceptor acceptor;

        Streams(StreamAcceptor acceptor) {
            this.acceptor = acceptor;
        }

        @Override
        public void onBegin(IncomingStream stream) {
            sequence.run(() -> meetings.onStream(stream.circuit()));
            if (isActive()) {
                acceptor.onBegin(stream);
            } else {
                stream.reject(EndReason.DONE);
            }
        }
    }
}
