package org.onion4j.testnet.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.onion4j.api.ClientClosedException;
import org.onion4j.api.OnionClient;
import org.onion4j.testnet.TestNetwork;
import org.onion4j.testnet.TestNetworkException;

/** What tests get from the extension: by running some, of which some are to fail. */
class OnionNetworkExtensionTest {
    /** The clients that the tests of one run had, in order. */
    private static final List<OnionClient> CLIENTS = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void forget() {
        CLIENTS.clear();
    }

    /** Runs the tests of a class; how each ended, and the class itself, by name. */
    private static Map<String, TestExecutionResult> run(Class<?> tests) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(tests))
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "2")
                .build();
        Map<String, TestExecutionResult> results = new ConcurrentHashMap<>();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                results.put(test.getDisplayName().replaceAll("\\(.*", ""), result);
            }
        });
        return results;
    }

    private static void assertAllPass(Class<?> tests, String... names) {
        Map<String, TestExecutionResult> results = run(tests);
        assertThat(results).containsKeys(names);
        results.forEach(
                (name, result) -> assertThat(result.getThrowable()).as(name).isEmpty());
    }

    private static void assertClosed(OnionClient client) {
        assertThatThrownBy(client::bootstrap).isInstanceOf(ClientClosedException.class);
    }

    @OnionNetwork(authorities = 1, relays = 2, exits = 1, seed = 42)
    static class Classes {
        @Test
        void outer(TestNetwork network) {
            assertThat(network.seed()).isEqualTo(42);
        }

        @Test
        @OnionNetwork(authorities = 1, relays = 2, exits = 1, seed = 9)
        void method(TestNetwork network) {
            assertThat(network.seed()).isEqualTo(9);
        }

        @Nested
        class Plain {
            @Test
            void plain(TestNetwork network) {
                assertThat(network.seed()).isEqualTo(42);
            }
        }

        @Nested
        @OnionNetwork(authorities = 1, relays = 2, exits = 1, seed = 7)
        class Annotated {
            @Test
            void nested(TestNetwork network) {
                assertThat(network.seed()).isEqualTo(7);
            }
        }
    }

    @Test
    void classesInsideOfOthers_getTheNetworkThatTheyAskFor() {
        assertAllPass(Classes.class, "outer", "method", "plain", "nested");
    }

    @OnionNetwork(authorities = 1, relays = 2, exits = 1)
    static class OneClient {
        private final OnionClient first;
        private final TestNetwork network;

        OneClient(TestNetwork network, OnionClient client) {
            CLIENTS.forEach(OnionNetworkExtensionTest::assertClosed);
            this.network = network;
            first = client;
            CLIENTS.add(client);
        }

        @BeforeEach
        void before(OnionClient client) {
            assertThat(client).isSameAs(first);
        }

        @AfterEach
        void after(OnionClient client) {
            assertThat(client).isSameAs(first);
        }

        @Test
        void one(TestNetwork own, OnionClient client, OnionClient again) {
            assertThat(client).isSameAs(first).isSameAs(again);
            assertThat(own).isSameAs(network);
        }

        @Test
        void other(OnionClient client) {
            assertThat(client).isSameAs(first);
        }
    }

    @Test
    void eachTest_hasOneClientThatIsClosedAfterIt() {
        assertAllPass(OneClient.class, "one", "other");
        assertThat(CLIENTS).hasSize(2).doesNotHaveDuplicates();
        CLIENTS.forEach(OnionNetworkExtensionTest::assertClosed);
    }

    @OnionNetwork(authorities = 1, relays = 2, exits = 1)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class OneInstance {
        private final TestNetwork network;
        private final OnionClient client;

        OneInstance(TestNetwork network, OnionClient client) {
            this.network = network;
            this.client = client;
            CLIENTS.add(client);
        }

        @BeforeAll
        void before(TestNetwork again, OnionClient same) {
            assertThat(again).isSameAs(network);
            assertThat(same).isSameAs(client);
        }

        @Test
        void test(TestNetwork again, OnionClient own) throws Exception {
            assertThat(again).isSameAs(network);
            assertThat(own).isNotSameAs(client);
            client.bootstrap();
        }
    }

    @Test
    void constructorOfAnInstanceForAllTests_getsANetworkAndAClientForAll() {
        assertAllPass(OneInstance.class, "test");
        assertThat(CLIENTS).hasSize(1);
        assertClosed(CLIENTS.get(0));
    }

    @OnionNetwork(authorities = 1, relays = 2, exits = 1)
    static class FailingConstructor {
        FailingConstructor(OnionClient client) {
            CLIENTS.add(client);
            throw new IllegalStateException("meant");
        }

        @Test
        @OnionNetwork(authorities = 1, relays = 2, exits = 1, seed = 2)
        void test() {}
    }

    @Test
    void clientOfAConstructorThatFails_isClosed() {
        assertThat(run(FailingConstructor.class).get("test").getThrowable()).isPresent();
        assertClosed(CLIENTS.get(0));
    }

    @OnionNetwork(authorities = 1, relays = 2, exits = 1, seed = 79)
    static class FailingAround {
        @BeforeEach
        void before() {
            throw new IllegalStateException("before");
        }

        @AfterEach
        void after() {
            throw new IllegalStateException("after");
        }

        @Test
        void test() {}
    }

    @OnionNetwork(authorities = 1, relays = 2, exits = 1, seed = 78)
    static class FailingBeforeAll {
        @BeforeAll
        static void before(TestNetwork network) {
            assertThat(network.seed()).isZero();
        }

        @Test
        void test() {}
    }

    private static Throwable failure(Class<?> tests, String name) {
        return run(tests).get(name).getThrowable().orElseThrow();
    }

    @Test
    void failuresAroundATest_tellWhatTheRelaysSaw() {
        Throwable before = failure(FailingAround.class, "test");
        assertThat(before).hasMessage("before");
        assertThat(before.getSuppressed())
                .anyMatch(
                        one -> one instanceof NetworkReport && one.getMessage().contains("seed 79"))
                .anyMatch(one -> "after".equals(one.getMessage())
                        && one.getSuppressed()[0].getMessage().contains("seed 79"));
        assertThat(failure(FailingBeforeAll.class, "OnionNetworkExtensionTest$FailingBeforeAll")
                        .getSuppressed())
                .anyMatch(one -> one.getMessage().contains("seed 78"));
    }

    @Execution(ExecutionMode.CONCURRENT)
    static class AtOnce {
        private static final OnionNetworkExtension SHARED = OnionNetworkExtension.of(
                TestNetwork.builder().authorities(1).relays(2).exits(1));
        private static final CyclicBarrier BOTH = new CyclicBarrier(2);

        @RegisterExtension
        final OnionNetworkExtension net = SHARED;

        private void check(TestNetwork own) throws Exception {
            BOTH.await(1, TimeUnit.MINUTES);
            assertThat(net.network()).isSameAs(own);
            BOTH.await(1, TimeUnit.MINUTES);
        }

        @Test
        void one(TestNetwork own) throws Exception {
            check(own);
        }

        @Test
        void other(TestNetwork own) throws Exception {
            check(own);
        }
    }

    @Test
    void testsAtOnce_haveTheirOwnNetworksOfOneExtension() {
        assertAllPass(AtOnce.class, "one", "other");
        assertThatThrownBy(AtOnce.SHARED::network)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("only while tests run");
    }

    @Test
    void network_onAThreadOfNoTest_isTheOneThatThereIs() throws TestNetworkException, InterruptedException {
        CurrentNetworks current = new CurrentNetworks();
        List<Object> found = Collections.synchronizedList(new ArrayList<>());
        try (TestNetwork network =
                        TestNetwork.builder().authorities(1).relays(2).build();
                TestNetwork second =
                        TestNetwork.builder().authorities(1).relays(2).build()) {
            current.enter("class", network);
            current.enter("test", network);
            Thread asking = new Thread(() -> found.add(current.network()));
            asking.start();
            asking.join();
            assertThat(found).containsExactly(network);

            current.enter("inner", second);
            assertThat(current.network()).isSameAs(second);
            Thread puzzled = new Thread(() -> found.add(failureOf(current)));
            puzzled.start();
            puzzled.join();
            assertThat(found).last().isInstanceOf(IllegalStateException.class);

            current.leave("inner");
            current.leave("unknown");
            assertThat(current.network()).isSameAs(network);
        }
    }

    private static Object failureOf(CurrentNetworks current) {
        try {
            return current.network();
        } catch (IllegalStateException e) {
            return e;
        }
    }
}
