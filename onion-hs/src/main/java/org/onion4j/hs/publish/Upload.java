package org.onion4j.hs.publish;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.directory.fetch.DirectoryConnection;
import org.onion4j.directory.fetch.DirectoryException;
import org.onion4j.directory.fetch.OnionDescriptorRequest;
import org.onion4j.directory.supply.DirectoryTunnels;
import org.onion4j.directory.supply.InternalCircuit;
import org.onion4j.directory.supply.OnionPurpose;
import org.onion4j.directory.view.Relay;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands one descriptor to one directory, over a circuit that is for nothing else. Spec: rend-spec-v3, "URLs for anonymous
 * uploading and downloading".
 *
 * <p>Threading: the request blocks on the executor; all else happens on whichever thread completes the step before.
 */
final class Upload {
    private static final Logger log = LoggerFactory.getLogger(Upload.class);

    /** For the circuit. */
    static final Duration CIRCUIT_LIMIT = Duration.ofSeconds(60);

    /** For the request, which has a thread meanwhile; how long it waits for its turn before is nobody's fault. */
    static final Duration REQUEST_LIMIT = Duration.ofSeconds(20);

    private static final int HTTP_PORT = 80;

    private final PublishEnvironment environment;
    private final Relay directory;
    private final Bytes descriptor;

    /** Empty when the directory has taken the descriptor. */
    private final CompletableFuture<Optional<UploadFailure>> result = new CompletableFuture<>();

    private Upload(PublishEnvironment environment, Relay directory, Bytes descriptor) {
        this.environment = environment;
        this.directory = directory;
        this.descriptor = descriptor;
    }

    /**
     * Begins. Whoever cancels the future gives the upload up; else it is done in time and tells why it failed, or nothing if
     * it didn't.
     */
    static CompletableFuture<Optional<UploadFailure>> start(
            PublishEnvironment environment, Relay directory, Bytes descriptor) {
        Upload upload = new Upload(environment, directory, descriptor);
        upload.build();
        return upload.result;
    }

    /** Lets the upload fail unless a part of it is done in time. */
    private void limit(CompletableFuture<?> part, Duration limit) {
        Cancellable timer =
                environment.scheduler().schedule(() -> fail(UploadFailure.UNREACHABLE, "it took too long"), limit);
        part.whenComplete((value, end) -> timer.cancel());
    }

    private void fail(UploadFailure why, String detail) {
        if (result.complete(Optional.of(why))) {
            log.debug("a directory did not take a descriptor: {}", detail);
        }
    }

    private void build() {
        CompletableFuture<InternalCircuit> circuit =
                environment.circuits().to(OnionPurpose.SERVICE_DIRECTORY, directory);
        limit(circuit, CIRCUIT_LIMIT);
        result.whenComplete((failure, end) -> circuit.cancel(false));
        circuit.whenComplete((built, failure) -> {
            if (failure != null) {
                log.debug("no circuit to a directory of descriptors", failure);
                fail(UploadFailure.UNREACHABLE, "no circuit to it");
                return;
            }
            result.whenComplete((why, end) -> built.close());
            environment.uploads().run(() -> hand(built));
        });
    }

    private void hand(InternalCircuit circuit) {
        try {
            environment.executor().execute(() -> {
                try {
                    request(circuit);
                } finally {
                    environment.uploads().release();
                }
            });
        } catch (RuntimeException | Error e) { // the client has ended, or there is no thread to be had
            environment.uploads().release();
            fail(UploadFailure.UNREACHABLE, "nobody takes work");
        }
    }

    private void request(InternalCircuit circuit) {
        if (result.isDone()) {
            return;
        }
        limit(result, REQUEST_LIMIT);
        circuit.expect(result);
        try {
            int status = post(circuit);
            circuit.answered();
            if (status == OnionDescriptorRequest.OK) {
                result.complete(Optional.empty());
            } else {
                fail(UploadFailure.REFUSED, "HTTP status " + status);
            }
        } catch (DirectoryException e) {
            circuit.answered();
            fail(UploadFailure.BAD_ANSWER, e.getMessage());
        } catch (IOException e) {
            if (!result.isDone()) {
                circuit.failed();
            }
            fail(UploadFailure.UNREACHABLE, "the circuit or the stream broke");
        } catch (RuntimeException | Error e) {
            environment.bugs().error("a descriptor could not be uploaded", e);
            fail(UploadFailure.UNREACHABLE, "an error of ours");
        }
    }

    private int post(InternalCircuit circuit) throws DirectoryException, IOException {
        DataStream stream = circuit.circuit().openDirectory();
        stream.setReadTimeoutNanos(REQUEST_LIMIT.toNanos());
        result.whenComplete((failure, end) -> stream.close());
        try (DirectoryConnection connection = DirectoryTunnels.over(stream, environment.activity())) {
            return OnionDescriptorRequest.post(connection, hostHeader(), descriptor);
        }
    }

    private String hostHeader() {
        InetAddress address = directory.ipv4();
        return directory.orPort() == HTTP_PORT
                ? address.getHostAddress()
                : address.getHostAddress() + ":" + directory.orPort();
    }
}
