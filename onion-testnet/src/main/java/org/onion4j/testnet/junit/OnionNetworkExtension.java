package org.onion4j.testnet.junit;

import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.AnnotationSupport;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;
import org.onion4j.testnet.TestNetwork;
import org.onion4j.testnet.TestNetworkException;

/**
 * Starts a {@link TestNetwork} for tests and closes it after them, with all clients. {@link OnionNetwork} uses it; in a
 * field it takes any builder:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final OnionNetworkExtension net =
 *         OnionNetworkExtension.of(TestNetwork.builder().relays(6).exits(2).seed(42));
 * }</pre>
 *
 * <p>A static field means one network for the class, another field one for each test. Parameters are as with
 * {@link OnionNetwork}. Tests may run at once.
 */
public final class OnionNetworkExtension
        implements BeforeAllCallback,
                BeforeEachCallback,
                AfterEachCallback,
                AfterAllCallback,
                ParameterResolver,
                TestExecutionExceptionHandler,
                LifecycleMethodExecutionExceptionHandler {
    // With the ID of the context that they belong to, since a store shows what its parents have, too.
    private static final String NETWORK = "network of ";
    private static final String CLIENT = "client of ";

    private final Optional<TestNetwork.Builder> builder;
    private final ExtensionContext.Namespace namespace = ExtensionContext.Namespace.create(new Object());
    private final CurrentNetworks current = new CurrentNetworks();

    /** For {@link OnionNetwork}, which says how the network is to be. */
    public OnionNetworkExtension() {
        this.builder = Optional.empty();
    }

    private OnionNetworkExtension(TestNetwork.Builder builder) {
        this.builder = Optional.of(builder);
    }

    /** Makes networks as the builder says. */
    public static OnionNetworkExtension of(TestNetwork.Builder builder) {
        return new OnionNetworkExtension(Objects.requireNonNull(builder, "builder"));
    }

    /**
     * The network of the test that runs: on the calling thread, or anywhere if that is just one.
     *
     * @throws IllegalStateException if no test runs, or several with networks of their own and none of them on this thread
     */
    public TestNetwork network() {
        return current.network();
    }

    /** Lets constructors have what belongs to the test for which they make the instance. */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
        return ExtensionContextScope.TEST_METHOD;
    }

    // The network of a context: its own, which is started when it is first needed, or else that of the class around it.

    @Override
    public void beforeAll(ExtensionContext context) throws TestNetworkException {
        Optional<TestNetwork> network = obtain(context);
        if (network.isPresent()) {
            current.enter(context.getUniqueId(), network.get());
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) throws TestNetworkException {
        TestNetwork network =
                obtain(context).orElseThrow(() -> new IllegalStateException("no @OnionNetwork is in sight"));
        current.enter(context.getUniqueId(), network);
    }

    private Optional<TestNetwork> obtain(ExtensionContext context) throws TestNetworkException {
        if (!held(context).isPresent()) {
            Optional<TestNetwork.Builder> own = own(context);
            if (own.isPresent()) {
                TestNetwork network = own.get().build();
                context.getStore(namespace).put(NETWORK + context.getUniqueId(), new Held(network));
            }
        }
        return find(context);
    }

    /** The network that belongs to a context itself. */
    private Optional<TestNetwork> held(ExtensionContext context) {
        return Optional.ofNullable(context.getStore(namespace).get(NETWORK + context.getUniqueId(), Held.class))
                .map(Held::network);
    }

    private Optional<TestNetwork> find(ExtensionContext context) {
        Optional<TestNetwork> own = held(context);
        return own.isPresent() ? own : context.getParent().flatMap(this::find);
    }

    /** How the network is to be that a context wants for itself. */
    private Optional<TestNetwork.Builder> own(ExtensionContext context) {
        if (builder.isPresent()) {
            return find(context).isPresent() ? Optional.empty() : builder;
        }
        return AnnotationSupport.findAnnotation(context.getElement(), OnionNetwork.class)
                .map(OnionNetworkExtension::builder);
    }

    private static TestNetwork.Builder builder(OnionNetwork wish) {
        TestNetwork.Builder made = TestNetwork.builder()
                .authorities(wish.authorities())
                .relays(wish.relays())
                .exits(wish.exits())
                .seed(wish.seed());
        return wish.time() == OnionNetwork.Time.STANDING ? made.standingTime() : made;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close(context);
    }

    /** Closes what was made for this context; the store would do it later, and does where no callback comes. */
    private void close(ExtensionContext context) {
        ExtensionContext.Store store = context.getStore(namespace);
        Client client = store.remove(CLIENT + context.getUniqueId(), Client.class);
        if (client != null) {
            client.close();
        }
        Held held = store.remove(NETWORK + context.getUniqueId(), Held.class);
        if (held != null) {
            held.close();
        }
        current.leave(context.getUniqueId());
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return (type == TestNetwork.class || type == OnionClient.class)
                && (find(context).isPresent() || own(context).isPresent());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        try {
            TestNetwork network = obtain(context).orElseThrow();
            return parameter.getParameter().getType() == TestNetwork.class ? network : client(context, network);
        } catch (TestNetworkException | OnionException e) {
            throw new ParameterResolutionException(e.getMessage(), e);
        }
    }

    /** The one client of a context. */
    private OnionClient client(ExtensionContext context, TestNetwork network) throws OnionException {
        ExtensionContext.Store store = context.getStore(namespace);
        String key = CLIENT + context.getUniqueId();
        Client known = store.get(key, Client.class);
        if (known == null) {
            known = new Client(network.newClient());
            store.put(key, known);
        }
        return known.client;
    }

    // To a failure it is added what happened in the network.

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw reported(context, failure);
    }

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw reported(context, failure);
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw reported(context, failure);
    }

    @Override
    public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw reported(context, failure);
    }

    @Override
    public void handleAfterAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        throw reported(context, failure);
    }

    private Throwable reported(ExtensionContext context, Throwable failure) {
        find(context).ifPresent(network -> failure.addSuppressed(new NetworkReport(network.report())));
        return failure;
    }

    private record Held(TestNetwork network) implements AutoCloseable {
        @Override
        public void close() {
            network.close();
        }
    }

    private record Client(OnionClient client) implements AutoCloseable {
        @Override
        public void close() {
            client.close();
        }
    }
}
