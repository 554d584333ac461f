package org.onion4j.api.internal.service;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionServiceConflictException;
import org.onion4j.api.OnionServiceEvent;
import org.onion4j.api.OnionServiceEvent.StreamRefused;
import org.onion4j.api.OnionServiceEvent.StreamRefused.Reason;
import org.onion4j.api.internal.ArrivingStream;
import org.onion4j.api.internal.ArrivingStream.Refusal;
import org.onion4j.api.internal.Futures;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All streams of one onion service: sends each to what serves its port, and knows which are open.
 *
 * <p>Threading: any thread; {@link #onStream} comes on the engine's and blocks for nothing.
 */
public final class ServiceStreams {
    private static final Logger log = LoggerFactory.getLogger(ServiceStreams.class);
    private static final Duration FORWARDS_END = Duration.ofSeconds(5);
    private static final Duration HANDLERS_END = Duration.ofSeconds(1);
    /** For how long an executor may let a stream wait: by then its client has given up, or the executor lost the task. */
    private static final Duration BEGIN_LIMIT = Duration.ofMinutes(2);

    private final ImmutableMap<Integer, PortTarget> ports;
    private final int backlog;
    private final Scheduler scheduler;
    private final Activity activity;
    private final Consumer<OnionServiceEvent> events;
    private final SparingLog faults;
    private final StreamPlaces places;
    private final AcceptQueue accepts;
    private final Map<Integer, AcceptQueue> sockets = new ConcurrentHashMap<>(); // by port
    private final Set<ServedStream> open = ConcurrentHashMap.newKeySet();
    private final Map<ForwardedStream, StreamPlaces.Place> forwarded = new ConcurrentHashMap<>();
    private final StreamTasks handlers = new StreamTasks("onion4j-handler-");
    private final StreamTasks forwards = new StreamTasks("onion4j-forward-");
    private volatile boolean stopped;

    /**
     * @param maxStreams how many streams handlers and servers may have at a time
     * @param backlog how many may wait in each queue
     * @param activity is told of streams that a thread of ours is about to take, not of what handlers then do
     */
    public ServiceStreams(
            ImmutableMap<Integer, PortTarget> ports,
            int maxStreams,
            int backlog,
            Scheduler scheduler,
            Ticker ticker,
            Activity activity,
            Consumer<OnionServiceEvent> events) {
        this.ports = ports;
        this.backlog = backlog;
        this.scheduler = scheduler;
        this.activity = activity;
        this.events = events;
        this.faults = new SparingLog(log, ticker);
        this.places = new StreamPlaces(maxStreams, scheduler);
        this.accepts = new AcceptQueue(backlog);
    }

    /** What waits for those who accept from any port. */
    public AcceptQueue accepts() {
        return accepts;
    }

    /** Whether streams of a port are to be accepted. */
    public boolean isForAccept(int port) {
        return ports.get(port) instanceof PortTarget.Accept;
    }

    /** A queue for the streams of one port alone, from now on until it is given to {@link #release}. */
    public AcceptQueue claim(int port) throws OnionServiceConflictException {
        AcceptQueue queue = new AcceptQueue(backlog);
        if (sockets.putIfAbsent(port, queue) != null) {
            throw new OnionServiceConflictException(
                    OnionServiceConflictException.Reason.PORT, "this port has a server socket already");
        }
        return queue;
    }

    /** Ends the queue of a port. */
    public void release(int port, AcceptQueue queue, OnionException why) {
        sockets.remove(port, queue);
        queue.close(why);
    }

    /** A stream has arrived. */
    public void onStream(ArrivingStream stream) {
        PortTarget target = ports.get(stream.port());
        if (stopped) {
            stream.refuse(Refusal.OTHER);
        } else if (target == null) {
            refuse(stream, Refusal.NO_SUCH_PORT, Reason.NO_SUCH_PORT);
        } else if (target instanceof PortTarget.Handle handle) {
            places.take(new Handled(stream, handle));
        } else if (target instanceof PortTarget.Forward forward) {
            places.take(new Forwarded(stream, forward));
        } else {
            AcceptQueue queue = sockets.getOrDefault(stream.port(), accepts);
            if (queue.hasRoom(stream.client())) {
                queue.offer(open(stream));
            } else {
                refuse(stream, Refusal.BUSY, Reason.BACKLOG_FULL);
            }
        }
    }

    private void refuse(ArrivingStream stream, Refusal refusal, Reason reason) {
        stream.refuse(refusal);
        events.accept(new StreamRefused(stream.port(), reason));
    }

    /** A stream for a handler. */
    private final class Handled implements StreamPlaces.Taker {
        private final ArrivingStream stream;
        private final PortTarget.Handle handle;
        private final AtomicBoolean begun = new AtomicBoolean(); // or given up before
        private volatile Optional<StreamPlaces.Place> place = Optional.empty();
        private volatile Optional<ServedStream> served = Optional.empty();
        private volatile Activity.Span coming = Activity.NOTHING;
        private volatile boolean settled; // accepted or refused
        private volatile boolean ended;

        Handled(ArrivingStream stream, PortTarget.Handle handle) {
            this.stream = stream;
            this.handle = handle;
        }

        @Override
        public Object client() {
            return stream.client();
        }

        @Override
        public void refuse() {
            ServiceStreams.this.refuse(stream, Refusal.BUSY, Reason.TOO_MANY_STREAMS);
        }

        @Override
        public void begin(StreamPlaces.Place given) {
            place = Optional.of(given);
            if (begun.get()) {
                places.release(given); // ended before it had it
                return;
            }
            if (!handle.executor().isPresent()) { // which may keep the task for as long as it likes
                coming = activity.begin(() -> settled);
            }
            Cancellable limit = scheduler.schedule(() -> giveUp(Reason.EXECUTOR_REFUSED), BEGIN_LIMIT);
            Runnable task = () -> {
                limit.cancel();
                if (!begun.compareAndSet(false, true)) {
                    return;
                }
                try {
                    serve();
                } finally {
                    coming.close();
                    places.release(given);
                }
            };
            // An executor is the application's code, too: it may run the task itself, or wait until it has room.
            Runnable start = handle.executor()
                    .<Runnable>map(executor -> () -> start(executor, task))
                    .orElse(task);
            if (!handlers.start(start)) {
                giveUp(Reason.EXECUTOR_REFUSED);
            }
        }

        private void start(Executor executor, Runnable task) {
            try {
                executor.execute(task);
            } catch (RejectedExecutionException e) {
                giveUp(Reason.EXECUTOR_REFUSED);
            } catch (RuntimeException | Error e) { // the latter if the system has no thread left for it
                giveUp(Reason.EXECUTOR_REFUSED);
                failed("the executor of a handler of an onion service", e);
            }
        }

        /** Gives the place back, unless the handler has begun: an executor may have lost the task, or not come to it. */
        private void giveUp(Reason why) {
            if (begun.compareAndSet(false, true)) {
                place.ifPresent(places::release);
                ServiceStreams.this.refuse(stream, Refusal.BUSY, why);
                settled = true;
                coming.close();
            }
        }

        private void serve() {
            ServedStream opened = open(stream);
            settled = true;
            served = Optional.of(opened);
            if (ended) {
                opened.close();
            }
            ServiceStreams.this.serve(opened, handle);
        }

        @Override
        public void end() {
            ended = true;
            giveUp(Reason.TOO_MANY_STREAMS);
            served.ifPresent(ServedStream::close);
        }
    }

    private void serve(ServedStream stream, PortTarget.Handle handle) {
        boolean served = false;
        try {
            handle.handler().handle(stream);
            served = true;
        } catch (IOException e) {
            log.debug("a handler of an onion service ended with a failure", e);
        } catch (RuntimeException e) {
            failed("a handler of an onion service", e);
        } finally {
            if (!served) {
                stream.close();
            }
        }
    }

    private void failed(String what, Throwable how) {
        log.debug("in full", how);
        faults.warn("{} failed ({})", what, how.getClass().getName());
    }

    /** A stream for a server. */
    private final class Forwarded implements StreamPlaces.Taker {
        private final ArrivingStream stream;
        private final PortTarget.Forward forward;
        private volatile Optional<ForwardedStream> passed = Optional.empty();
        private volatile boolean ended;

        Forwarded(ArrivingStream stream, PortTarget.Forward forward) {
            this.stream = stream;
            this.forward = forward;
        }

        @Override
        public Object client() {
            return stream.client();
        }

        @Override
        public void refuse() {
            ServiceStreams.this.refuse(stream, Refusal.BUSY, Reason.TOO_MANY_STREAMS);
        }

        @Override
        public void begin(StreamPlaces.Place place) {
            ForwardedStream one = new ForwardedStream(stream, forward.target(), ServiceStreams.this);
            forwarded.put(one, place);
            passed = Optional.of(one);
            if (ended) {
                one.close();
            }
            if (!forwards.start(one)) {
                ServiceStreams.this.ended(one);
                refuse();
            }
        }

        @Override
        public void end() {
            ended = true;
            passed.ifPresent(ForwardedStream::close);
        }
    }

    /** Runs the other direction of a stream that is passed on. Returns false if there is no thread for it. */
    boolean startForwarding(Runnable direction) {
        return forwards.start(direction);
    }

    /** What a stream was to be passed on to did not take it; the client has been told. */
    void unreachable(ArrivingStream stream) {
        faults.warn("a server behind an onion service takes no connections");
        events.accept(new StreamRefused(stream.port(), Reason.TARGET_UNREACHABLE));
    }

    /** A stream is no longer passed on. */
    void ended(ForwardedStream stream) {
        StreamPlaces.Place place = forwarded.remove(stream);
        if (place != null) {
            places.release(place);
        }
    }

    Scheduler scheduler() {
        return scheduler;
    }

    /** Accepts a stream, which is known until it is closed. */
    ServedStream open(ArrivingStream arriving) {
        ServedStream stream = ServedStream.accept(arriving);
        open.add(stream);
        Futures.whenDone(arriving.closed(), (nothing, failure) -> open.remove(stream));
        return stream;
    }

    /** Takes no further streams. */
    public void takeNoMore() {
        stopped = true;
    }

    /** Closes all streams and waits for the threads to end; handlers may go on for longer. Again: no effect. */
    public void close(OnionException why) {
        stopped = true;
        accepts.close(why);
        sockets.values().forEach(queue -> queue.close(why));
        forwarded.keySet().forEach(ForwardedStream::close);
        open.forEach(ServedStream::close);
        boolean ended = forwards.close(FORWARDS_END);
        if (!(handlers.close(HANDLERS_END) && ended)) {
            log.debug("what serves an onion service's streams goes on after its end");
        }
    }
}
