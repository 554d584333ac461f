package org.onion4j.directory.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.onion4j.directory.network.FallbackDirectory;

/** T31: the watch on a request. The stream asks the test what comes next, and each answer may be preceded by time. */
class RunningFetchTest {
    private static final DirectoryRequest REQUEST = DirectoryRequest.consensus(
            ImmutableList.of(FakeDirectories.identity("authority")), Optional.empty(), Optional.empty());

    private final FallbackDirectory server = new FakeDirectories(new FakeRuntime(Instant.EPOCH))
            .network(1)
            .fallbacks()
            .get(0);
    private final RunningFetch fetch =
            new RunningFetch(new DirectorySource.Configured(server), REQUEST, ImmutableList.of(), 0);
    private final Queue<Runnable> script = new ArrayDeque<>();
    private int chunk = 1000;
    private boolean closed;

    private static long at(int seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }

    private DirectoryConnection connection() {
        return new DirectoryConnection() {
            private boolean headed;

            @Override
            public InputStream input() {
                return new InputStream() {
                    @Override
                    public int read() {
                        throw new AssertionError("one byte at a time");
                    }

                    @Override
                    public int read(byte[] target, int offset, int length) throws IOException {
                        if (!script.isEmpty()) {
                            script.remove().run();
                        } else if (headed) {
                            return -1;
                        }
                        if (closed) {
                            throw new IOException("closed");
                        }
                        if (!headed) {
                            headed = true;
                            byte[] head =
                                    "HTTP/1.0 200 OK\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
                            System.arraycopy(head, 0, target, offset, head.length);
                            return head.length;
                        }
                        java.util.Arrays.fill(target, offset, offset + chunk, (byte) 'x');
                        return chunk;
                    }
                };
            }

            @Override
            public OutputStream output() {
                return new ByteArrayOutputStream();
            }

            @Override
            public void close() {
                closed = true;
            }
        };
    }

    @Test
    void overdue_silence_isGivenUpAfterTwentySeconds() {
        assertThat(fetch.overdue(at(19))).isFalse();
        assertThat(fetch.overdue(at(20))).isTrue();
        assertThat(fetch.pace(at(19))).isEqualTo(RunningFetch.Pace.WAITING);
        assertThat(fetch.stalled(at(4))).isFalse();
        assertThat(fetch.stalled(at(5))).isTrue();
    }

    @Test
    void overdue_dripping_isGivenUp() throws Exception {
        chunk = 1;
        script.add(() -> assertThat(fetch.overdue(at(1))).isFalse());
        script.add(() -> assertThat(fetch.overdue(at(11))).isFalse()); // the first window only begins the count
        script.add(() -> assertThat(fetch.pace(at(15))).isEqualTo(RunningFetch.Pace.SLOW));
        script.add(() -> assertThat(fetch.overdue(at(20))).isFalse());
        script.add(() -> {
            assertThat(fetch.overdue(at(21))).isTrue();
            fetch.cancel(FetchOutcome.TIMED_OUT);
        });
        assertThatThrownBy(() -> fetch.run((source, timeout) -> connection(), () -> {}))
                .isInstanceOfSatisfying(
                        DirectoryException.class, e -> assertThat(e.outcome()).isEqualTo(FetchOutcome.TIMED_OUT));
        assertThat(closed).isTrue();
    }

    @Test
    void overdue_flowing_isLetRun() throws Exception {
        chunk = 10_000;
        for (int second = 1; second <= 100; second++) {
            int now = second;
            script.add(() -> {
                assertThat(fetch.overdue(at(now))).isFalse();
                if (now > 5) {
                    assertThat(fetch.pace(at(now))).isEqualTo(RunningFetch.Pace.FLOWING);
                    assertThat(fetch.stalled(at(now))).isFalse();
                }
            });
        }
        assertThat(fetch.run((source, timeout) -> connection(), () -> {}).body())
                .hasSize(99 * 10_000);
        assertThat(fetch.overdue(at(600))).isTrue();
    }

    @Test
    void cancel_beforeItIsConnected_closesTheConnection() {
        fetch.cancel(FetchOutcome.CANCELLED);
        assertThatThrownBy(() -> fetch.run((source, timeout) -> connection(), () -> {}))
                .isInstanceOfSatisfying(
                        DirectoryException.class, e -> assertThat(e.outcome()).isEqualTo(FetchOutcome.CANCELLED));
        assertThat(closed).isTrue();
    }

    @Test
    void run_connectorFails_isUnreachable() {
        assertThatThrownBy(() -> fetch.run(
                        (source, timeout) -> {
                            throw new IOException("no route");
                        },
                        () -> {}))
                .isInstanceOfSatisfying(
                        DirectoryException.class, e -> assertThat(e.outcome()).isEqualTo(FetchOutcome.UNREACHABLE));
    }
}
