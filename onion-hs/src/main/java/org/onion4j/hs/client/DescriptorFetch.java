package org.onion4j.hs.client;

import com.google.common.primitives.UnsignedLong;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomnessException;
import org.onion4j.directory.fetch.DirectoryConnection;
import org.onion4j.directory.fetch.DirectoryException;
import org.onion4j.directory.fetch.OnionDescriptorRequest;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.supply.DirectoryTunnels;
import org.onion4j.directory.supply.InternalCircuit;
import org.onion4j.directory.supply.OnionPurpose;
import org.onion4j.directory.view.Relay;
import org.onion4j.hs.client.OnionServiceException.Kind;
import org.onion4j.hs.descriptor.Descriptor;
import org.onion4j.hs.descriptor.DescriptorException;
import org.onion4j.hs.descriptor.DescriptorReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One search for the descriptor of a service: asks the responsible directories one after the other, in random order,
 * each over a circuit of its own and each once, until one has a good descriptor, or two say that it takes a key: one
 * alone might do so with an old descriptor. Those to which relays on the way refused to lead a circuit get another chance
 * after the others, over other relays. Spec: rend-spec-v3, "Client behavior
 * for fetching descriptors".
 *
 * <p>Threading: one directory is asked at a time; each step runs on whichever thread completes the one before.
 */
final class DescriptorFetch {
    private static final Logger log = LoggerFactory.getLogger(DescriptorFetch.class);

    /** For all directories together. */
    private static final Duration WHOLE_LIMIT = Duration.ofSeconds(90);

    /** For one of them at most, its circuit included; less where others wait for their turn. */
    private static final Duration ONE_LIMIT = Duration.ofSeconds(30);

    /** Circuits to one directory. */
    private static final int MAX_CIRCUITS = 3;

    /** Directories that have nothing newer than what we know: the service's upload may not have come to one or two. */
    private static final int MAX_SAME = 3;

    private static final int DEFAULT_INCREMENT = 31;

    /**
     * What is looked for.
     *
     * @param clientKey gives the key of an authorized client, if there is one, each time as a pair to be closed
     * @param known a descriptor that we have and that is of no use any more: an older one is refused, and the same one is
     *     taken only where {@link #MAX_SAME} directories have it, or no other directory has a newer one
     */
    record Wanted(ServiceKeys keys, Supplier<Optional<X25519>> clientKey, Optional<Descriptor> known) {
        @Override
        public String toString() {
            return "Wanted";
        }
    }

    /** The directory works, but has nothing for us. */
    private static final class NothingThereException extends IOException {
        private static final long serialVersionUID = 1L;

        NothingThereException(String message) {
            super(message);
        }
    }

    private final ClientEnvironment environment;
    private final Wanted wanted;
    private final List<Relay> directories;
    private final long until;
    private final CompletableFuture<Descriptor> result = new CompletableFuture<>();
    private Optional<DescriptorException> bad = Optional.empty(); // the worst that a directory had
    private final Map<Relay, Integer> circuits = new HashMap<>(); // that were refused
    private int links; // of our own, that failed
    private Optional<Descriptor> same = Optional.empty(); // as the one that we know
    private int haveSame; // directories
    private Optional<Throwable> unanswered = Optional.empty(); // what kept the last one from answering
    private boolean nothingThere; // said some directory

    /** The directory could not even be asked: a relay on the way, or itself, was not there. */
    private static final class NoCircuitException extends IOException {
        private static final long serialVersionUID = 1L;

        private final transient Relay directory;

        NoCircuitException(Relay directory, Throwable cause) {
            super("no circuit to a directory", cause);
            this.directory = directory;
        }
    }

    private DescriptorFetch(ClientEnvironment environment, Wanted wanted, Iterable<Relay> responsible) {
        this.environment = environment;
        this.wanted = wanted;
        this.directories = new ArrayList<>();
        responsible.forEach(directories::add);
        for (int i = directories.size() - 1; i > 0; i--) {
            Collections.swap(directories, i, environment.random().nextInt(i + 1));
        }
        this.until = environment.ticker().read() + WHOLE_LIMIT.toNanos();
    }

    /** Begins; the future fails with {@link OnionServiceException} and gives the search up when it is cancelled. */
    static CompletableFuture<Descriptor> start(
            ClientEnvironment environment, Wanted wanted, Iterable<Relay> responsible) {
        DescriptorFetch fetch = new DescriptorFetch(environment, wanted, responsible);
        fetch.askNext();
        return fetch.result;
    }

    private void askNext() {
        try {
            tryNext();
        } catch (RuntimeException e) { // or nobody would ever hear of the search's end
            environment.bugs().error("a directory could not be asked", e);
            result.completeExceptionally(e);
        }
    }

    private void tryNext() {
        if (result.isDone()) {
            return;
        }
        long left = until - environment.ticker().read();
        if (directories.isEmpty() || left <= 0) {
            end();
            return;
        }
        long fairShare = left / directories.size();
        Relay directory = directories.remove(directories.size() - 1);
        CompletableFuture<Descriptor> one = ask(directory);
        Futures.endWith(result, one);
        Futures.limit(one, Duration.ofNanos(Math.min(fairShare, ONE_LIMIT.toNanos())), environment.scheduler());
        one.whenComplete((descriptor, failure) -> {
            if (failure == null) {
                onDescriptor(descriptor);
            } else {
                onFailure(Futures.cause(failure));
            }
        });
    }

    private void end() {
        if (same.isPresent()) {
            result.complete(same.get());
        } else {
            result.completeExceptionally(failure());
        }
    }

    private void onDescriptor(Descriptor descriptor) {
        boolean known = wanted.known()
                .filter(one -> one.revision().equals(descriptor.revision()))
                .isPresent();
        if (!known) {
            result.complete(descriptor);
            return;
        }
        same = Optional.of(descriptor);
        haveSame++;
        if (haveSame < MAX_SAME) {
            askNext();
        } else {
            end();
        }
    }

    private void onFailure(Throwable failure) {
        log.debug("a directory was of no help", failure);
        if (failure instanceof NoPathException || failure instanceof RandomnessException) {
            result.completeExceptionally(failure); // of no directory's making
        } else if (failure instanceof DescriptorException one) {
            note(one);
        } else if (failure instanceof NothingThereException) {
            nothingThere = true;
        } else if (failure instanceof NoCircuitException none) {
            unanswered = Optional.of(none.getCause());
            if (OwnLink.isCauseOf(none.getCause()) && links++ < OwnLink.MAX_FAILURES) {
                directories.add(none.directory);
                Cancellable pause = environment.scheduler().schedule(this::askNext, OwnLink.PAUSE);
                result.whenComplete((descriptor, end) -> pause.cancel());
                return;
            }
            if (circuits.merge(none.directory, 1, Integer::sum) < MAX_CIRCUITS) {
                directories.add(0, none.directory); // after all others
            }
        } else {
            unanswered = Optional.of(failure);
        }
        askNext();
    }

    private void note(DescriptorException one) {
        if (one.kind() == DescriptorException.Kind.OLDER) {
            nothingThere = true; // but what is known
            return;
        }
        boolean again = bad.filter(former -> former.kind() == one.kind()).isPresent();
        if (!bad.isPresent() || one.kind() != DescriptorException.Kind.INVALID) {
            bad = Optional.of(one);
        }
        if (again && one.kind() != DescriptorException.Kind.INVALID) {
            result.completeExceptionally(failure());
        }
    }

    private OnionServiceException failure() {
        if (!bad.isPresent()) {
            return nothingThere || !unanswered.isPresent()
                    ? new OnionServiceException(Kind.NOT_FOUND, "no directory has anything of the onion service")
                    : new OnionServiceException(
                            Kind.NO_DIRECTORY, "no directory of onion services answered", unanswered.get());
        }
        DescriptorException why = bad.get();
        return switch (why.kind()) {
            case NEEDS_AUTHORIZATION -> new OnionServiceException(Kind.NEEDS_AUTHORIZATION, why.getMessage(), why);
            case WRONG_AUTHORIZATION -> new OnionServiceException(Kind.WRONG_AUTHORIZATION, why.getMessage(), why);
            case INVALID, OLDER ->
                new OnionServiceException(
                        Kind.BAD_DESCRIPTOR, "what directories have of the onion service can't be used", why);
        };
    }

    private CompletableFuture<Descriptor> ask(Relay directory) {
        CompletableFuture<Descriptor> answer = new CompletableFuture<>();
        CompletableFuture<InternalCircuit> circuit =
                environment.circuits().to(OnionPurpose.CLIENT_DIRECTORY, directory);
        Futures.endWith(answer, circuit);
        circuit.whenComplete((built, failure) -> {
            if (failure != null) {
                Throwable why = Futures.cause(failure);
                answer.completeExceptionally(isRefusal(why) ? new NoCircuitException(directory, why) : why);
                return;
            }
            answer.whenComplete((descriptor, end) -> built.close());
            try {
                environment.executor().execute(() -> request(built, directory, answer));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    /** Whether a circuit wasn't built because relays said so, which takes no time; mostly it is not the last one's doing. */
    private static boolean isRefusal(Throwable why) {
        return OwnLink.isCauseOf(why)
                || (why instanceof CircuitException circuit && circuit.kind() == CircuitException.Kind.DESTROYED);
    }

    /** Asks, and reads once the directory has said all: nobody waits for it, for it may be mute, and others, too. */
    private void request(InternalCircuit circuit, Relay directory, CompletableFuture<Descriptor> answer) {
        circuit.expect(answer);
        trying(circuit, answer, () -> {
            DataStream stream = circuit.circuit().openDirectory();
            answer.whenComplete((descriptor, end) -> stream.close());
            DirectoryConnection connection = DirectoryTunnels.over(stream, environment.activity());
            stream.setWriteTimeoutNanos(ONE_LIMIT.toNanos());
            OnionDescriptorRequest.ask(
                    connection, hostHeader(directory), wanted.keys().blindedKey());
            stream.closed()
                    .thenRun(() -> environment
                            .executor()
                            .execute(() -> trying(circuit, answer, () -> answered(circuit, connection, answer))))
                    .exceptionally(failure -> {
                        answer.completeExceptionally(Futures.cause(failure));
                        return null;
                    });
        });
    }

    private void answered(InternalCircuit circuit, DirectoryConnection connection, CompletableFuture<Descriptor> answer)
            throws DescriptorException, DirectoryException, IOException {
        if (answer.isDone()) {
            return; // given up: that is why the stream is closed
        }
        Bytes text = OnionDescriptorRequest.answer(connection, wanted.keys().blindedKey())
                .orElseThrow(() -> new NothingThereException("the directory hasn't got the descriptor"));
        answer.complete(read(text));
        circuit.answered();
    }

    private interface Step {
        void run() throws DescriptorException, DirectoryException, IOException;
    }

    private void trying(InternalCircuit circuit, CompletableFuture<Descriptor> answer, Step step) {
        try {
            step.run();
        } catch (DescriptorException | DirectoryException | NothingThereException e) {
            circuit.answered();
            answer.completeExceptionally(e);
        } catch (IOException e) {
            if (!answer.isDone()) {
                circuit.failed();
            }
            answer.completeExceptionally(e);
        } catch (RuntimeException e) {
            environment.bugs().error("a descriptor could not be fetched", e);
            answer.completeExceptionally(e);
        }
    }

    private static String hostHeader(Relay directory) {
        InetAddress address = directory.ipv4();
        return address.getHostAddress() + ":" + directory.orPort();
    }

    private Descriptor read(Bytes text) throws DescriptorException {
        int increment = environment
                .circuits()
                .view()
                .map(view -> view.parameter("cc_sendme_inc", DEFAULT_INCREMENT, 1, 254))
                .orElse(DEFAULT_INCREMENT);
        Optional<X25519> key = wanted.clientKey().get();
        try {
            return DescriptorReader.read(
                    text,
                    wanted.keys(),
                    key,
                    environment.clock().instant(),
                    increment,
                    wanted.known().map(Descriptor::revision).orElse(UnsignedLong.ZERO));
        } finally {
            key.ifPresent(X25519::close);
        }
    }
}
