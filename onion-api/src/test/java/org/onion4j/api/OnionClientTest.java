package org.onion4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.api.internal.EngineConfig;
import org.onion4j.api.testing.FakeEngine;
import org.onion4j.api.testing.FakeEngine.Asked;
import org.onion4j.api.testing.FakeStream;
import org.onion4j.directory.network.NetworkDescription;

@Timeout(30)
class OnionClientTest {
    @TempDir
    Path temp;

    private final FakeEngine engine = new FakeEngine();
    private OnionClient client;

    @BeforeEach
    void start() throws Exception {
        client = builder().build();
    }

    @AfterEach
    void stop() {
        client.close();
    }

    private OnionClient.Builder builder() {
        return OnionClient.builder().engines(config -> engine);
    }

    private static <T> FutureTask<T> inBackground(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        new Thread(task, "caller").start();
        return task;
    }

    private static OnionException failureOf(FutureTask<?> task) throws Exception {
        try {
            task.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return (OnionException) e.getCause();
        }
        throw new AssertionError("it did not fail");
    }

    // Streams.

    @Test
    void openStream_givesTheEnginesStream() throws Exception {
        FutureTask<OnionStream> opening = inBackground(() -> client.openStream("Example.COM", 443));
        Asked<OnionStream> asked = engine.nextStream();
        FakeStream stream = new FakeStream();
        asked.answer().complete(stream);
        assertThat(opening.get()).isSameAs(stream);
        assertThat(asked.request().destination().host()).isEqualTo("example.com");
        assertThat(asked.request().destination().port()).isEqualTo(443);
        assertThat(asked.request().isolation()).isEmpty();
        assertThat(engine.scheduler().size()).as("its time-out is gone").isZero();
        assertThat(stream.isOpen()).isTrue();
    }

    @Test
    void openStream_eachOptionReachesTheEngine() throws Exception {
        IsolationToken token = IsolationToken.named("alice");
        CompletableFuture<OnionStream> opening = client.openStreamAsync(
                "2001:db8::1",
                80,
                StreamOptions.builder()
                        .isolation(token)
                        .ipVersions(IpVersions.IPV6_ONLY)
                        .earlyData(StreamOptions.EarlyData.OPTIMISTIC)
                        .timeout(Duration.ofSeconds(7))
                        .build());
        Asked<OnionStream> asked = engine.nextStream();
        assertThat(asked.request().isolation()).contains(IsolationToken.named("alice"));
        assertThat(asked.request().ipVersions()).isEqualTo(IpVersions.IPV6_ONLY);
        assertThat(asked.request().earlyData()).isEqualTo(StreamOptions.EarlyData.OPTIMISTIC);
        assertThat(asked.request().destination().address()).contains(InetAddresses.forString("2001:db8::1"));
        engine.scheduler().advance(Duration.ofSeconds(7));
        assertThatThrownBy(opening::get).hasCauseInstanceOf(StreamTimeoutException.class);
    }

    @Test
    void addressOfTheKindThatIsRuledOut_isRefusedAtOnce() {
        StreamOptions v4 =
                StreamOptions.builder().ipVersions(IpVersions.IPV4_ONLY).build();
        StreamOptions v6 =
                StreamOptions.builder().ipVersions(IpVersions.IPV6_ONLY).build();
        ThrowingCallable[] calls = {
            () -> client.resolve("2001:db8::1", v4),
            () -> client.openStream("[2001:db8::1]", 80, v4),
            () -> client.resolve("8.8.8.8", v6),
            () -> client.openStream("8.8.8.8", 80, v6)
        };
        for (ThrowingCallable call : calls) {
            assertThatThrownBy(call)
                    .isInstanceOfSatisfying(
                            InvalidDestinationException.class,
                            e -> assertThat(e.reason()).isEqualTo(InvalidDestinationException.Reason.IP_VERSION));
        }
        assertThat(engine.isIdle()).isTrue();
    }

    @Test
    void refusedDestination_givesAFutureThatHasFailed() {
        assertThat(client.openStreamAsync("foo.exit", 80)).isCompletedExceptionally();
        assertThat(client.resolveAsync("")).isCompletedExceptionally();
    }

    @Test
    void timeoutOfLessThanAMillisecond_isToldAsItIs() {
        CompletableFuture<OnionStream> opening = client.openStreamAsync(
                "example.com",
                80,
                StreamOptions.builder().timeout(Duration.ofNanos(1500)).build());
        engine.scheduler().advance(Duration.ofSeconds(1));
        assertThatThrownBy(opening::get).cause().hasMessageContaining("within 1500 ns");
    }

    @Test
    void openStream_failure_isTheCallersOwnWithTheInnerOneAsCause() throws Exception {
        FutureTask<OnionStream> opening = inBackground(() -> client.openStream("example.com", 25));
        ExitPolicyException inner = new ExitPolicyException("refused", Optional.of(StreamEndReason.EXITPOLICY), null);
        engine.nextStream().answer().completeExceptionally(inner);
        OnionException failure = failureOf(opening);
        assertThat(failure).isInstanceOf(ExitPolicyException.class).hasCause(inner);
        assertThat(((ExitPolicyException) failure).endReason()).contains(StreamEndReason.EXITPOLICY);
        assertThat(failure.getStackTrace())
                .as("shows where the application called")
                .anyMatch(frame -> frame.getClassName().equals(OnionClient.class.getName()));
    }

    @Test
    void t78_networkChanged_reachesTheEngine() {
        client.networkChanged();
        assertThat(engine.networkChanges()).isEqualTo(1);
    }

    @Test
    void openStream_defectOfOurs_isNoUncheckedException() throws Exception {
        FutureTask<OnionStream> opening = inBackground(() -> client.openStream("example.com", 25));
        engine.nextStream().answer().completeExceptionally(new CompletionException(new IllegalStateException("bug")));
        assertThat(failureOf(opening))
                .isInstanceOf(InternalErrorException.class)
                .cause()
                .rootCause()
                .hasToString("java.lang.IllegalStateException"); // without its text: T86
    }

    @Test
    void t70_badDestinations_neverReachTheEngine() throws Exception {
        ThrowingCallable[] calls = {
            () -> client.openStream("foo.exit", 80),
            () -> client.openStream("localhost", 80),
            () -> client.openStream("example.com", 0),
            () -> client.resolve("a b"),
            () -> client.resolveReverse(InetAddresses.forString("10.0.0.1"))
        };
        for (ThrowingCallable call : calls) {
            assertThatThrownBy(call).isInstanceOf(InvalidDestinationException.class);
        }
        assertThatThrownBy(() -> client.openStreamAsync("foo.exit", 80).get())
                .hasCauseInstanceOf(InvalidDestinationException.class);
        assertThatThrownBy(() -> client.openStream("abc.onion", 80)).isInstanceOf(InvalidDestinationException.class);
        assertThatThrownBy(() -> client.openStream(
                        "example.com",
                        80,
                        StreamOptions.builder().exitCountry("DE").build()))
                .isInstanceOf(UnsupportedFeatureException.class);
        assertThat(engine.isIdle()).isTrue();
    }

    @Test
    void internalAddresses_areForThoseWhoAllowThem() throws Exception {
        OnionClient[] allowing = {
            builder().allowInternalAddresses().build(),
            builder().network(NetworkConfig.ofTorrc(NetworkConfigTest.TESTING)).build()
        };
        for (OnionClient each : allowing) {
            try (each) {
                CompletableFuture<OnionStream> opening = each.openStreamAsync("127.0.0.1", 80);
                engine.nextStream().answer().complete(new FakeStream());
                assertThat(opening.get().isOpen()).isTrue();
            }
        }
    }

    @Test
    void t69_timeout_whileNotInTheNetwork_saysHowFarItCame() throws Exception {
        engine.progress(new BootstrapProgress(BootstrapPhase.CONNECTING, 0.1, Optional.of("the network is down")));
        FutureTask<OnionStream> opening = inBackground(() -> client.openStream("example.com", 443));
        Asked<OnionStream> asked = engine.nextStream();
        engine.scheduler().awaitSize(1);
        engine.scheduler().advance(Duration.ofSeconds(119));
        assertThat(opening.isDone()).isFalse();
        engine.scheduler().advance(Duration.ofSeconds(1));
        assertThat(failureOf(opening))
                .isInstanceOfSatisfying(
                        BootstrapException.class, e -> assertThat(e.phase()).isEqualTo(BootstrapPhase.CONNECTING))
                .hasMessageContaining("the network is down");
        assertThat(asked.answer().isCancelled()).as("the engine gives up").isTrue();
    }

    @Test
    void connectTimeout_isTheBuilders() throws Exception {
        try (OnionClient impatient =
                builder().connectTimeout(Duration.ofMillis(1500)).build()) {
            CompletableFuture<OnionStream> opening = impatient.openStreamAsync("example.com", 443);
            Asked<OnionStream> asked = engine.nextStream();
            engine.scheduler().advance(Duration.ofMillis(1500));
            assertThatThrownBy(opening::get)
                    .hasCauseInstanceOf(StreamTimeoutException.class)
                    .hasMessageContaining("1500 ms");
            assertThat(asked.answer().isCancelled()).isTrue();
        }
    }

    @Test
    void cancel_givesTheAttemptUp() throws Exception {
        CompletableFuture<OnionStream> opening = client.openStreamAsync("example.com", 443);
        Asked<OnionStream> asked = engine.nextStream();
        opening.cancel(true);
        assertThat(asked.answer().isCancelled()).isTrue();
        assertThat(engine.scheduler().size()).isZero();
    }

    @Test
    void aStreamThatNobodyWantsAnyMore_isClosed() throws Exception {
        // The stream opens while the application's thread is held up in the dependent of another one, and is cancelled
        // before the application has seen it.
        for (int i = 0; i < 50; i++) {
            CompletableFuture<OnionStream> opening = client.openStreamAsync("example.com", 443);
            Asked<OnionStream> asked = engine.nextStream();
            FakeStream stream = new FakeStream();
            FutureTask<Boolean> cancelling = inBackground(() -> opening.cancel(true));
            boolean opened = asked.answer().complete(stream);
            if (cancelling.get() && opened) {
                stream.awaitClosed();
            } else {
                assertThat(stream.isOpen()).isTrue();
            }
        }
    }

    @Test
    void t71_interrupt_endsTheCallAndGivesTheAttemptUp() throws Exception {
        CompletableFuture<Boolean> interruptedAgain = new CompletableFuture<>();
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                client.openStream("example.com", 443);
            } catch (OnionException e) {
                interruptedAgain.complete(Thread.currentThread().isInterrupted());
                failure.complete(e);
            }
        });
        caller.start();
        Asked<OnionStream> asked = engine.nextStream();
        caller.interrupt();
        assertThat(failure.get()).isInstanceOf(OperationInterruptedException.class);
        assertThat(interruptedAgain.get()).isTrue();
        assertThat(asked.answer().isCancelled()).isTrue();
    }

    @Test
    void t71_close_endsEveryCallThatWaits() throws Exception {
        FutureTask<OnionStream> opening = inBackground(() -> client.openStream("example.com", 443));
        FutureTask<List<InetAddress>> resolving = inBackground(() -> client.resolve("example.com"));
        FutureTask<String> reverse = inBackground(() -> client.resolveReverse(InetAddresses.forString("192.0.2.1")));
        FutureTask<Void> bootstrapping = inBackground(() -> {
            client.bootstrap();
            return null;
        });
        CompletableFuture<OnionStream> async = client.openStreamAsync("example.com", 80);
        engine.nextStream();
        engine.nextStream();
        engine.nextLookup();
        engine.nextReverseLookup();
        engine.nextBootstrap();
        client.close();
        for (FutureTask<?> call : ImmutableList.of(opening, resolving, reverse, bootstrapping)) {
            assertThat(failureOf(call)).isInstanceOf(ClientClosedException.class);
        }
        assertThatThrownBy(async::get).hasCauseInstanceOf(ClientClosedException.class);
        assertThat(engine.isClosed()).isTrue();
    }

    @Test
    void t69_afterClose_everythingFailsWithTheTypedError() throws Exception {
        client.close();
        client.close();
        ThrowingCallable[] calls = {
            () -> client.bootstrap(),
            () -> client.bootstrap(progress -> {}),
            () -> client.openStream("example.com", 443),
            () -> client.resolve("example.com"),
            () -> client.resolveReverse(InetAddresses.forString("192.0.2.1")),
            () -> client.openSocksProxy(0)
        };
        for (ThrowingCallable call : calls) {
            assertThatThrownBy(call).isInstanceOf(ClientClosedException.class);
        }
        assertThat(client.status().state()).isEqualTo(ClientStatus.State.CLOSED);
        assertThat(engine.isIdle()).isTrue();
        assertThat(engine.listeners()).isZero();
    }

    @Test
    void t69_afterClose_futuresFailToo() {
        client.close();
        ImmutableList<CompletableFuture<?>> futures = ImmutableList.of(
                client.bootstrapAsync(),
                client.bootstrapAsync(progress -> {}),
                client.openStreamAsync("example.com", 443),
                client.resolveAsync("example.com"),
                client.resolveReverseAsync(InetAddresses.forString("192.0.2.1")));
        for (CompletableFuture<?> future : futures) {
            assertThat(future).isCompletedExceptionally();
            assertThatThrownBy(future::get).hasCauseInstanceOf(ClientClosedException.class);
        }
    }

    // Look-ups.

    @Test
    void resolve_givesTheExitsAddresses() throws Exception {
        FutureTask<List<InetAddress>> resolving = inBackground(() -> client.resolve("Example.com."));
        Asked<ImmutableList<InetAddress>> asked = engine.nextLookup();
        ImmutableList<InetAddress> addresses =
                ImmutableList.of(InetAddresses.forString("192.0.2.1"), InetAddresses.forString("2001:db8::1"));
        asked.answer().complete(addresses);
        assertThat(resolving.get()).isEqualTo(addresses);
        assertThat(asked.request().destination().host()).isEqualTo("example.com");
    }

    @Test
    void resolve_ofAnAddress_isItself() throws Exception {
        assertThat(client.resolve("192.0.2.9")).containsExactly(InetAddresses.forString("192.0.2.9"));
        assertThat(client.resolveAsync("2001:db8::9").get()).containsExactly(InetAddresses.forString("2001:db8::9"));
        assertThat(engine.isIdle()).isTrue();
    }

    @Test
    void resolve_anExitsInternalAddresses_areNotBelieved() throws Exception {
        CompletableFuture<List<InetAddress>> mixed = client.resolveAsync("example.com");
        engine.nextLookup()
                .answer()
                .complete(ImmutableList.of(InetAddresses.forString("127.0.0.1"), InetAddresses.forString("192.0.2.1")));
        assertThat(mixed.get()).containsExactly(InetAddresses.forString("192.0.2.1"));
        CompletableFuture<List<InetAddress>> internal = client.resolveAsync("example.com");
        engine.nextLookup().answer().complete(ImmutableList.of(InetAddresses.forString("192.168.0.1")));
        assertThatThrownBy(internal::get).hasCauseInstanceOf(HostNotFoundException.class);
    }

    @Test
    void resolve_onlyOneVersion_givesThatOne() throws Exception {
        ImmutableList<InetAddress> both =
                ImmutableList.of(InetAddresses.forString("192.0.2.1"), InetAddresses.forString("2001:db8::1"));
        for (IpVersions versions : IpVersions.values()) {
            CompletableFuture<List<InetAddress>> answer = client.resolveAsync(
                    "example.com", StreamOptions.builder().ipVersions(versions).build());
            engine.nextLookup().answer().complete(both);
            assertThat(answer.get())
                    .hasSize(versions.allowsIpv4() && versions.allowsIpv6() ? 2 : 1)
                    .allMatch(a -> a.getAddress().length == 4 ? versions.allowsIpv4() : versions.allowsIpv6());
        }
    }

    @Test
    void resolve_cancelled_reachesTheEngine() throws Exception {
        CompletableFuture<List<InetAddress>> answer = client.resolveAsync("example.com");
        Asked<ImmutableList<InetAddress>> asked = engine.nextLookup();
        answer.cancel(true);
        assertThat(asked.answer().isCancelled()).isTrue();
        assertThat(engine.scheduler().size()).isZero();
    }

    @Test
    void resolveReverse_givesTheName() throws Exception {
        CompletableFuture<String> answer = client.resolveReverseAsync(InetAddresses.forString("192.0.2.1"));
        Asked<String> asked = engine.nextReverseLookup();
        assertThat(asked.request().destination().host()).isEqualTo("192.0.2.1");
        asked.answer().complete("host.example");
        assertThat(answer.get()).isEqualTo("host.example");
    }

    // Bootstrap and callbacks.

    @Test
    void bootstrap_tellsTheListenerOnTheCallingThread() throws Exception {
        engine.progress(BootstrapProgress.NOT_STARTED);
        List<BootstrapProgress> told = new CopyOnWriteArrayList<>();
        CompletableFuture<Thread> listenerThread = new CompletableFuture<>();
        CountDownLatch toldFirst = new CountDownLatch(1);
        CountDownLatch toldConnecting = new CountDownLatch(1);
        BootstrapProgress connecting = new BootstrapProgress(BootstrapPhase.CONNECTING, 0.1, Optional.empty());
        FutureTask<Thread> call = inBackground(() -> {
            client.bootstrap(progress -> {
                told.add(progress);
                listenerThread.complete(Thread.currentThread());
                toldFirst.countDown();
                if (progress.equals(connecting)) {
                    toldConnecting.countDown();
                }
            });
            return Thread.currentThread();
        });
        CompletableFuture<Void> bootstrap = engine.nextBootstrap();
        toldFirst.await();
        engine.progress(connecting);
        toldConnecting.await();
        engine.progress(BootstrapProgress.DONE);
        bootstrap.complete(null);
        assertThat(call.get()).isSameAs(listenerThread.get());
        assertThat(told).startsWith(BootstrapProgress.NOT_STARTED).endsWith(connecting, BootstrapProgress.DONE);
        assertThat(engine.listeners()).isZero();
        assertThat(client.status()).isEqualTo(new ClientStatus(ClientStatus.State.READY, BootstrapProgress.DONE));
    }

    @Test
    void t73_aListenerThatThrows_endsItsOwnCallAlone() throws Exception {
        engine.progress(BootstrapProgress.NOT_STARTED);
        assertThatThrownBy(() -> client.bootstrap(progress -> {
                    throw new IllegalStateException("the application's");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the application's");
        assertThat(engine.listeners()).isZero();
        assertThat(engine.nextBootstrap().isDone())
                .as("it goes on in the background")
                .isFalse();
    }

    @Test
    void t73_aListenerThatBlocks_holdsUpNobody() throws Exception {
        engine.progress(BootstrapProgress.NOT_STARTED);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch blocks = new CountDownLatch(1);
        List<BootstrapProgress> told = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> slow = client.bootstrapAsync(progress -> {
            told.add(progress);
            blocks.countDown();
            awaitQuietly(release);
        });
        blocks.await();
        CompletableFuture<Void> thrower = client.bootstrapAsync(progress -> {
            throw new IllegalStateException("the application's");
        });
        for (int percent = 1; percent < 100; percent++) {
            engine.progress(new BootstrapProgress(BootstrapPhase.LOADING_RELAYS, percent / 100.0, Optional.empty()));
        }
        engine.progress(BootstrapProgress.DONE);
        engine.nextBootstrap().complete(null);
        engine.nextBootstrap().complete(null);
        slow.get();
        thrower.get();
        release.countDown();
        CountDownLatch caughtUp = new CountDownLatch(1);
        client.bootstrapAsync(progress -> caughtUp.countDown());
        caughtUp.await();
        assertThat(told).as("what is outdated is left out").hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void t73_futuresRunTheApplicationOnThreadsOfItsOwn() throws Exception {
        CompletableFuture<OnionStream> opening = client.openStreamAsync("example.com", 443);
        CompletableFuture<String> dependent = opening.thenApply(stream -> {
            client.close(); // may even do this
            return Thread.currentThread().getName();
        });
        engine.nextStream().answer().complete(new FakeStream());
        assertThat(dependent.get()).startsWith("onion4j-callback-");
        assertThat(engine.isClosed()).isTrue();
    }

    @Test
    void bootstrap_tooLong_saysWhatBlocks() throws Exception {
        engine.progress(
                new BootstrapProgress(BootstrapPhase.LOADING_CONSENSUS, 0.3, Optional.of("no authority answers")));
        try (OnionClient impatient =
                builder().bootstrapTimeout(Duration.ofSeconds(30)).build()) {
            CompletableFuture<Void> bootstrap = impatient.bootstrapAsync();
            engine.nextBootstrap();
            engine.scheduler().advance(Duration.ofSeconds(30));
            assertThatThrownBy(bootstrap::get)
                    .hasCauseInstanceOf(BootstrapException.class)
                    .hasMessageContaining("no authority answers");
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // Building.

    @Test
    void build_givesTheEngineWhatItWasBuiltWith() throws Exception {
        CompletableFuture<EngineConfig> given = new CompletableFuture<>();
        NetworkConfig network = NetworkConfig.ofTorrc(NetworkConfigTest.TESTING);
        Path directory = temp.resolve("state");
        try (OnionClient built = OnionClient.builder()
                .network(network)
                .stateDirectory(directory)
                .engines(config -> {
                    given.complete(config);
                    return engine;
                })
                .build()) {
            assertThat(built.status().state()).isEqualTo(ClientStatus.State.READY);
            assertThat(given.get().network()).isEqualTo(network.description());
            given.get().state().write("guards", new byte[] {1});
            assertThat(Files.exists(directory.resolve("guards.state"))).isTrue();
        }
        try (OnionClient built = OnionClient.builder()
                .engines(config -> {
                    assertThat(config.network()).isEqualTo(NetworkDescription.publicNetwork());
                    return engine;
                })
                .build()) {
            assertThat(built.status().state()).isEqualTo(ClientStatus.State.READY);
        }
    }

    @Test
    void t76_aStateDirectoryInUse_isATypedErrorUntilItsHolderCloses() throws Exception {
        OnionClient.Builder again = builder().stateDirectory(temp.resolve("state"));
        try (OnionClient holder = again.build()) {
            assertThatThrownBy(again::build).isInstanceOf(StateInUseException.class);
            assertThat(holder.status().state()).isEqualTo(ClientStatus.State.READY);
        }
        again.build().close();
        Files.writeString(temp.resolve("file"), "");
        assertThatThrownBy(() -> builder().stateDirectory(temp.resolve("file")).build())
                .isExactlyInstanceOf(StateException.class);
    }

    @Test
    void t72_aFailedBuild_leavesNothingBehind() throws Exception {
        OnionClient.Builder failing = OnionClient.builder()
                .stateDirectory(temp.resolve("state"))
                .engines(config -> {
                    throw new NoPathException("made so by the test", Optional.empty(), null);
                });
        assertThatThrownBy(failing::build).isInstanceOf(NoPathException.class);
        builder().stateDirectory(temp.resolve("state")).build().close();
    }

    @Test
    void t59_aNetworkBehindBridges_isRefusedRatherThanReachedDirectly() throws Exception {
        NetworkConfig bridges = NetworkConfig.ofTorrc("UseBridges 1\nBridge 192.0.2.1:443\n");
        assertThatThrownBy(() -> builder().network(bridges).build())
                .isInstanceOfSatisfying(
                        UnsupportedFeatureException.class,
                        e -> assertThat(e.feature()).isEqualTo(UnsupportedFeatureException.Feature.BRIDGES));
    }
}
