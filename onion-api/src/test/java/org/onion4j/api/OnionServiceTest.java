package org.onion4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.api.OnionServiceConflictException.Reason;
import org.onion4j.api.OnionServiceEvent.StreamRefused;
import org.onion4j.api.internal.ArrivingStream.Refusal;
import org.onion4j.api.internal.HostRequest;
import org.onion4j.api.testing.FakeArrival;
import org.onion4j.api.testing.FakeEngine;
import org.onion4j.api.testing.FakeEngine.AskedHost;
import org.onion4j.api.testing.FakeHosted;
import org.onion4j.api.testing.FakeStream;

/** Services as the application has them, without a network. */
@Timeout(30)
class OnionServiceTest {
    private final FakeEngine engine = new FakeEngine();
    private final OnionServiceKey key = OnionServiceKey.generate();
    private final FakeHosted hosted = new FakeHosted(key.onion());
    private final BlockingQueue<OnionServiceEvent> events = new LinkedBlockingQueue<>();
    private OnionClient client;
    private HostRequest request;

    @BeforeEach
    void start() throws Exception {
        client = OnionClient.builder().engines(config -> engine).build();
    }

    @AfterEach
    void stop() {
        client.close();
    }

    private OnionService host(OnionServiceConfig.Builder builder) throws Exception {
        CompletableFuture<OnionService> hosting =
                client.hostAsync(builder.listener(events::add).build());
        AskedHost asked = engine.nextHost();
        request = asked.request();
        asked.answer().complete(hosted);
        return hosting.get(10, TimeUnit.SECONDS);
    }

    private FakeArrival arrive(int port) {
        FakeArrival arrival = new FakeArrival(port);
        request.streams().accept(arrival);
        return arrival;
    }

    private OnionServiceEvent nextEvent() throws InterruptedException {
        return events.poll(10, TimeUnit.SECONDS);
    }

    private static <T> FutureTask<T> inBackground(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        new Thread(task, "caller").start();
        return task;
    }

    private static OnionServiceConfig.Builder config() {
        return OnionServiceConfig.builder();
    }

    // Hosting.

    @Test
    void host_tellsTheEngineAllThatWasAskedFor() throws Exception {
        OnionClientKey friend = OnionClientKeyPair.generate().publicKey();
        OnionService service = host(config().name("shop")
                .key(key)
                .port(80)
                .introductionPoints(5)
                .introductionRate(10, 100)
                .maxStreamsPerCircuit(7)
                .closeCircuitAtStreamLimit()
                .authorizeClient(friend));

        assertThat(service.address()).isEqualTo(key.address()).endsWith(".onion");
        assertThat(request.name()).contains("shop");
        assertThat(request.key().orElseThrow().exposeCopy()).isEqualTo(key.expanded());
        assertThat(request.introductionPoints()).isEqualTo(5);
        assertThat(request.rate().orElseThrow().perSecond()).isEqualTo(10);
        assertThat(request.rate().orElseThrow().burst()).isEqualTo(100);
        assertThat(request.maxStreamsPerCircuit()).isEqualTo(7);
        assertThat(request.closeCircuitAtStreamLimit()).isTrue();
        assertThat(request.clients()).containsExactly(friend.wire());
    }

    @Test
    void host_inMemoryOnly_hasNoName() throws Exception {
        host(config().inMemoryOnly().port(80));

        assertThat(request.name()).isEmpty();
        assertThat(request.key()).isEmpty();
        assertThat(request.clients()).isEmpty();
    }

    @Test
    void host_nameOrKeyInUse_isAConflict_untilTheServiceIsClosed() throws Exception {
        OnionService service = host(config().name("a").key(key).port(80));

        assertThatThrownBy(() -> client.host(config().name("a").port(81).build()))
                .isInstanceOfSatisfying(
                        OnionServiceConflictException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.NAME));
        assertThatThrownBy(
                        () -> client.host(config().name("b").key(key).port(81).build()))
                .isInstanceOfSatisfying(
                        OnionServiceConflictException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.ADDRESS));
        CompletableFuture<OnionService> sameKept =
                client.hostAsync(config().name("c").port(81).build());
        FakeHosted second = new FakeHosted(key.onion());
        engine.nextHost().answer().complete(second);
        assertThatThrownBy(sameKept::get).hasCauseInstanceOf(OnionServiceConflictException.class);
        assertThat(second.stopped()).isDone();

        service.close();
        assertThat(host(config().name("a").key(key).port(80)).address()).isEqualTo(key.address());
    }

    @Test
    void host_thatFails_leavesItsNameFree() throws Exception {
        CompletableFuture<OnionService> failing =
                client.hostAsync(config().name("a").port(80).build());
        engine.nextHost().answer().completeExceptionally(new StateException("no disk", null));
        assertThatThrownBy(failing::get).hasCauseInstanceOf(StateException.class);

        assertThat(host(config().name("a").port(80))).isNotNull();
    }

    @Test
    void clientThatIsClosed_endsServicesAndWhatWaits() throws Exception {
        OnionService service = host(config().port(80));
        FutureTask<OnionServiceStream> accepting = inBackground(service::accept);
        CompletableFuture<OnionService> hosting =
                client.hostAsync(config().name("late").port(80).build());
        engine.nextHost();

        client.close();

        assertThatThrownBy(accepting::get).hasCauseInstanceOf(ClientClosedException.class);
        assertThatThrownBy(hosting::get).hasCauseInstanceOf(ClientClosedException.class);
        assertThat(hosted.graces()).contains(Duration.ZERO);
        assertThatThrownBy(() -> client.host(config().port(80).build())).isInstanceOf(ClientClosedException.class);
    }

    // Publication.

    @Test
    void awaitPublished_waitsForTheFirstPublication_orItsTime() throws Exception {
        OnionService service = host(config().port(80));
        FutureTask<Void> late = inBackground(() -> {
            service.awaitPublished(Duration.ofSeconds(9));
            return null;
        });
        engine.scheduler().awaitSize(1);
        engine.scheduler().advance(Duration.ofSeconds(9));
        assertThatThrownBy(late::get).hasCauseInstanceOf(OnionServiceTimeoutException.class);
        assertThat(service.published()).isNotDone();

        hosted.published().complete(null);
        service.awaitPublished(Duration.ofSeconds(9));
        service.published().get(10, TimeUnit.SECONDS);
        assertThat(engine.scheduler().size()).isZero();
    }

    @Test
    void published_cancelledByOne_isThereForOthers() throws Exception {
        OnionService service = host(config().port(80));
        service.published().cancel(false);
        hosted.published().complete(null);
        service.published().get(10, TimeUnit.SECONDS);
    }

    @Test
    void events_reachTheListenerInTheirOrder_evenIfItThrows() throws Exception {
        BlockingQueue<OnionServiceEvent> told = new LinkedBlockingQueue<>();
        CompletableFuture<OnionService> hosting = client.hostAsync(config().port(80)
                .listener(event -> {
                    told.add(event);
                    throw new IllegalStateException("a bug of the application's");
                })
                .build());
        AskedHost asked = engine.nextHost();
        asked.answer().complete(hosted);
        hosting.get();
        List<OnionServiceEvent> all = List.of(
                new OnionServiceEvent.IntroductionPoints(3, 3),
                new OnionServiceEvent.Published(6, 8),
                new OnionServiceEvent.PublicationFailed(8));
        all.forEach(asked.request().events());
        for (OnionServiceEvent event : all) {
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo(event);
        }
    }

    // Clients.

    @Test
    void clients_moreThanADescriptorHasRoomFor_areRefusedAtOnce() throws Exception {
        OnionServiceConfig.Builder full = config().port(80);
        OnionClientKey last = OnionClientKeyPair.generate().publicKey();
        for (int i = 0; i < 368; i++) {
            full.authorizeClient(OnionClientKeyPair.generate().publicKey());
        }
        OnionService service = host(full);
        assertThatThrownBy(() -> service.authorizeClient(last)).isInstanceOf(TooManyAuthorizedClientsException.class);
        assertThat(hosted.clients()).isEmpty(); // none were announced anew

        OnionServiceConfig.Builder tooFull = full.authorizeClient(last);
        assertThatThrownBy(tooFull::build).isInstanceOf(TooManyAuthorizedClientsException.class);
    }

    @Test
    void clients_areAuthorizedAndRevoked_andNobodyIsNotEverybody() throws Exception {
        OnionClientKey first = OnionClientKeyPair.generate().publicKey();
        OnionClientKey second = OnionClientKeyPair.generate().publicKey();
        OnionService service = host(config().port(80));
        service.authorizeClient(first);
        service.authorizeClient(second);
        service.authorizeClient(second);
        service.revokeClient(first);
        service.revokeClient(first);
        service.revokeClient(second);

        assertThat(hosted.clients()).hasSize(4);
        assertThat(hosted.clients().get(0)).containsExactly(first.wire());
        assertThat(hosted.clients().get(1)).containsExactlyInAnyOrder(first.wire(), second.wire());
        assertThat(hosted.clients().get(2)).containsExactly(second.wire());
        assertThat(hosted.clients().get(3)).hasSize(1).doesNotContain(first.wire(), second.wire());
    }

    @Test
    void restrictedServiceWithoutClients_isForNobody() throws Exception {
        host(config().port(80).restricted());
        assertThat(request.clients()).hasSize(1);
    }

    // Streams.

    @Test
    void accept_givesStreamsInTheirOrder_withTheirPorts() throws Exception {
        OnionService service = host(config().port(80).port(81));
        FakeArrival first = arrive(81);
        FakeArrival second = arrive(80);
        OnionServiceStream one = service.accept();
        assertThat(one.port()).isEqualTo(81);
        first.awaitAccepted().send(new byte[] {7});
        assertThat(one.getInputStream().read()).isEqualTo(7);
        assertThat(service.accept(Duration.ofSeconds(1)).port()).isEqualTo(80);
        one.closeCircuit();
        assertThat(first.isCircuitClosed()).isTrue();
        assertThat(second.isCircuitClosed()).isFalse();
    }

    @Test
    void accept_thatIsInterruptedOrGivenUp_losesNoStream() throws Exception {
        OnionService service = host(config().port(80));
        CompletableFuture<OnionServiceStream> givenUp = service.acceptAsync();
        givenUp.cancel(false);
        FutureTask<OnionServiceStream> timed = inBackground(() -> service.accept(Duration.ofSeconds(5)));
        engine.scheduler().awaitSize(1);
        engine.scheduler().advance(Duration.ofSeconds(5));
        assertThatThrownBy(timed::get).hasCauseInstanceOf(OnionServiceTimeoutException.class);
        Thread.currentThread().interrupt();
        assertThatThrownBy(service::accept).isInstanceOf(OperationInterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();

        arrive(80);
        assertThat(service.accept().port()).isEqualTo(80);
    }

    @Test
    void streamsBeyondTheBacklog_areRefused() throws Exception {
        OnionService service = host(config().port(80).backlog(2));
        arrive(80);
        arrive(80);
        assertThat(arrive(80).awaitRefused()).isEqualTo(Refusal.BUSY);
        assertThat(nextEvent()).isEqualTo(new StreamRefused(80, StreamRefused.Reason.BACKLOG_FULL));
        service.accept();
        assertThat(arrive(80).isAnswered()).isTrue();
        assertThat(service.accept()).isNotNull();
        assertThat(service.accept()).isNotNull();
    }

    private FakeArrival arrive(int port, Object client) {
        FakeArrival arrival = new FakeArrival(port, client);
        request.streams().accept(arrival);
        return arrival;
    }

    /** T55: whoever takes all places keeps them only as long as nobody else wants one. */
    @Test
    void t55_oneClientWithAllPlaces_makesRoomForAnother_butNotForItself() throws Exception {
        host(config().maxStreams(4).port(80, stream -> {
            stream.getInputStream().read(); // until the stream ends
        }));
        List<FakeArrival> greedy = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            greedy.add(arrive(80, "greedy"));
            greedy.get(i).awaitAccepted();
        }
        assertThat(arrive(80, "greedy").awaitRefused()).isEqualTo(Refusal.BUSY);
        arrive(80, "modest").awaitAccepted();
        greedy.get(3).awaitAccepted().awaitClosed();
        arrive(80, "modest").awaitAccepted();
        greedy.get(2).awaitAccepted().awaitClosed();
        assertThat(arrive(80, "modest").awaitRefused()).isEqualTo(Refusal.BUSY); // half of them is all there is for it
        assertThat(greedy.get(0).awaitAccepted().isOpen()).isTrue();
        assertThat(greedy.get(1).awaitAccepted().isOpen()).isTrue();
    }

    @Test
    void t55_oneClientWithAllOfTheBacklog_makesRoomForAnother() throws Exception {
        OnionService service = host(config().port(80).backlog(3));
        FakeArrival first = arrive(80, "greedy");
        FakeArrival second = arrive(80, "greedy");
        FakeArrival third = arrive(80, "greedy");
        FakeArrival modest = arrive(80, "modest");
        third.awaitAccepted().awaitClosed();
        assertThat(arrive(80, "modest").awaitRefused()).isEqualTo(Refusal.BUSY);
        assertThat(arrive(80, "greedy").awaitRefused()).isEqualTo(Refusal.BUSY);
        for (int i = 0; i < 3; i++) {
            assertThat(service.accept()).isNotNull();
        }
        assertThat(first.awaitAccepted().isOpen()).isTrue();
        assertThat(second.awaitAccepted().isOpen()).isTrue();
        assertThat(modest.awaitAccepted().isOpen()).isTrue();
    }

    @Test
    void unknownPort_isRefused() throws Exception {
        host(config().port(80));
        assertThat(arrive(22).awaitRefused()).isEqualTo(Refusal.NO_SUCH_PORT);
        assertThat(nextEvent()).isEqualTo(new StreamRefused(22, StreamRefused.Reason.NO_SUCH_PORT));
        assertThat(arrive(0).awaitRefused()).isEqualTo(Refusal.NO_SUCH_PORT);
    }

    @Test
    void handlers_runOnThreadsOfTheirOwn_andAreBounded() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        BlockingQueue<Integer> served = new LinkedBlockingQueue<>();
        host(config().maxStreams(2).port(80, stream -> {
            await(goOn);
            served.add(stream.getInputStream().read());
            stream.close();
        }));
        FakeArrival first = arrive(80);
        FakeArrival second = arrive(80);
        first.awaitAccepted().send(new byte[] {1});
        second.awaitAccepted().send(new byte[] {1});
        assertThat(arrive(80).awaitRefused()).isEqualTo(Refusal.BUSY);
        assertThat(nextEvent()).isEqualTo(new StreamRefused(80, StreamRefused.Reason.TOO_MANY_STREAMS));
        goOn.countDown();
        assertThat(served.poll(10, TimeUnit.SECONDS)).isEqualTo(1);
        first.awaitAccepted().awaitClosed();
        second.awaitAccepted().awaitClosed();
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void handlerThatFails_losesItsStreamAlone() throws Exception {
        host(config().port(80, stream -> {
                    throw new IllegalStateException("a bug of the application's");
                })
                .port(81, stream -> {
                    throw new IOException("no");
                })
                .port(82, stream -> {}));
        arrive(80).awaitAccepted().awaitClosed();
        arrive(81).awaitAccepted().awaitClosed();
        assertThat(arrive(82).awaitAccepted().isOpen())
                .as("it is the handler's")
                .isTrue();
    }

    @Test
    void executorThatTakesNoMore_meansARefusal() throws Exception {
        host(config().port(80, OnionServiceStream::close, task -> {
            throw new RejectedExecutionException();
        }));
        assertThat(arrive(80).awaitRefused()).isEqualTo(Refusal.BUSY);
        assertThat(nextEvent()).isEqualTo(new StreamRefused(80, StreamRefused.Reason.EXECUTOR_REFUSED));
    }

    /** The thread on which streams arrive serves all of the client's network: it must not run what the application gave. */
    @Test
    void executorThatRunsTasksItself_holdsUpNoFurtherStream() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        host(config().port(80, stream -> Uninterruptibles.awaitUninterruptibly(goOn), Runnable::run));
        FakeArrival first = arrive(80);
        FakeArrival second = arrive(80);
        first.awaitAccepted();
        second.awaitAccepted();
        goOn.countDown();
    }

    @Test
    void executorThatFails_meansARefusal() throws Exception {
        host(config().port(80, OnionServiceStream::close, task -> {
            throw new IllegalStateException("an executor's mistake");
        }));
        assertThat(arrive(80).awaitRefused()).isEqualTo(Refusal.BUSY);
        assertThat(nextEvent()).isEqualTo(new StreamRefused(80, StreamRefused.Reason.EXECUTOR_REFUSED));
    }

    /** As a pool does that has no thread left to start. */
    @Test
    void executorThatMeetsAnError_meansARefusal() throws Exception {
        host(config().maxStreams(1).port(80, OnionServiceStream::close, task -> {
            throw new OutOfMemoryError("a fault of the test's: no thread is left");
        }));
        for (int i = 0; i < 2; i++) { // the one place is free again
            assertThat(arrive(80).awaitRefused()).isEqualTo(Refusal.BUSY);
            assertThat(nextEvent()).isEqualTo(new StreamRefused(80, StreamRefused.Reason.EXECUTOR_REFUSED));
        }
    }

    @Test
    void executorThatLosesTasks_losesNoPlaces() throws Exception {
        BlockingQueue<Runnable> lost = new LinkedBlockingQueue<>();
        host(config().maxStreams(3).port(80, OnionServiceStream::close, lost::add));
        FakeArrival[] greedy = new FakeArrival[3];
        for (int i = 0; i < greedy.length; i++) {
            greedy[i] = arrive(80, "greedy");
            assertThat(lost.poll(10, TimeUnit.SECONDS)).isNotNull(); // threads of the service hand them over
        }
        arrive(80, "modest");
        assertThat(greedy[2].awaitRefused()).isEqualTo(Refusal.BUSY);
        assertThat(lost.poll(10, TimeUnit.SECONDS)).as("the modest one's").isNotNull();
    }

    // Server sockets.

    @Test
    void serverSocket_givesSocketsOfItsPortAlone() throws Exception {
        OnionService service = host(config().port(80).port(81));
        FakeArrival arrival;
        try (ServerSocket server = service.serverSocket(80)) {
            assertThat(server.getLocalPort()).isEqualTo(80);
            assertThat(server.isBound()).isTrue();
            assertThatThrownBy(() -> service.serverSocket(80))
                    .isInstanceOfSatisfying(
                            OnionServiceConflictException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.PORT));
            arrive(81);
            arrival = arrive(80);
            try (Socket socket = server.accept()) {
                FakeStream far = arrival.awaitAccepted();
                far.send(new byte[] {9});
                assertThat(socket.getInputStream().read()).isEqualTo(9);
                socket.getOutputStream().write(8);
                assertThat(far.awaitSent(1)).containsExactly(8);
            }
            arrival.awaitAccepted().awaitClosed();
            server.setSoTimeout(700);
            FutureTask<Socket> accepting = inBackground(server::accept);
            engine.scheduler().awaitSize(1);
            engine.scheduler().advance(Duration.ofMillis(700));
            assertThatThrownBy(accepting::get).hasCauseInstanceOf(SocketTimeoutException.class);
        }
        arrive(80);
        assertThat(service.accept().port()).isEqualTo(81);
        assertThat(service.accept().port()).as("after the server socket's end").isEqualTo(80);
    }

    @Test
    void serverSocket_thatIsClosed_wakesWhoAccepts() throws Exception {
        OnionService service = host(config().port(80));
        ServerSocket server = service.serverSocket(80);
        FutureTask<Socket> accepting = inBackground(server::accept);
        server.close();
        assertThatThrownBy(accepting::get).hasCauseInstanceOf(SocketException.class);
        assertThat(server.isClosed()).isTrue();
        service.serverSocket(80).close();
        assertThatThrownBy(() -> service.serverSocket(99)).isInstanceOf(IllegalArgumentException.class);
    }

    // Closing.

    @Test
    void close_endsStreamsAndWhoWaits() throws Exception {
        OnionService service = host(config().port(80).port(81));
        FakeArrival taken = arrive(80);
        OnionServiceStream stream = service.accept();
        ServerSocket server = service.serverSocket(81);
        FakeArrival waiting = arrive(80);
        service.close();

        assertThat(stream.isOpen()).isFalse();
        waiting.awaitAccepted().awaitClosed();
        taken.awaitAccepted().awaitClosed();
        assertThatThrownBy(service::accept).isInstanceOf(OnionServiceClosedException.class);
        assertThatThrownBy(server::accept).isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> service.serverSocket(80)).isInstanceOf(OnionServiceClosedException.class);
        assertThat(arrive(80).awaitRefused()).isEqualTo(Refusal.OTHER);
        service.close();
    }

    @Test
    void closeWithGrace_letsStreamsEndFirst() throws Exception {
        OnionService service = host(config().port(80));
        arrive(80);
        CompletableFuture<Void> closing = service.closeAsync(Duration.ofSeconds(20));
        assertThat(arrive(80).awaitRefused()).isEqualTo(Refusal.OTHER);
        OnionServiceStream stream = service.accept();
        assertThat(stream.isOpen()).isTrue();
        assertThat(closing).isNotDone();

        hosted.stopped().complete(null);
        closing.get(10, TimeUnit.SECONDS);
        assertThat(hosted.graces()).containsExactly(Duration.ofSeconds(20), Duration.ZERO);
        assertThat(stream.isOpen()).isFalse();
    }

    @Test
    void closeWithGrace_thatIsInterrupted_closesAtOnce() throws Exception {
        OnionService service = host(config().port(80));
        arrive(80);
        OnionServiceStream stream = service.accept();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> service.close(Duration.ofSeconds(20)))
                .isInstanceOf(OperationInterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(stream.isOpen()).isFalse();
    }

    @Test
    void service_canBeClosedByItsOwnHandler() throws Exception {
        CompletableFuture<OnionService> self = new CompletableFuture<>();
        CompletableFuture<Void> closed = new CompletableFuture<>();
        OnionService service = host(config().port(80, stream -> {
            self.join().close();
            closed.complete(null);
        }));
        self.complete(service);
        arrive(80);
        closed.get(10, TimeUnit.SECONDS);
    }
}
