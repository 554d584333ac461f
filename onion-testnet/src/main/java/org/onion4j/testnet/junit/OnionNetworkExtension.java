package org.onion4j.testnet.junit;

import static com.google.common.base.Preconditions.checkState;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
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
 * <p>A static field means one network for the class, another field one for each test.
 */
public final class OnionNetworkExtension
        implements BeforeAllCallback,
                BeforeEachCallback,
                AfterEachCallback,
                AfterAllCallback,
                ParameterResolver,
                TestExecutionExceptionHandler {
    private static final String NETWORK = "network";
    private static final String CLIENTS = "clients";

    private final Optional<TestNetwork.Builder> builder;
    private final ExtensionContext.Namespace namespace = ExtensionContext.Namespace.create(new Object());
    private volatile TestNetwork current;

    /** For {@link OnionNetwork}, which says how the network is to be. */
    public OnionNetworkExtension() {
        this.builder = Optional.empty();
    }

    private OnionNetworkExtension(TestNetwork.Builder builder) {
        this.builder = Optional.of(builder);
    }

    /** Makes networks as the builder says. */
    public static OnionNetworkExtension of(TestNetwork.Builder builder) {
        return new OnionNetworkExtension(builder);
    }

    /**
     * The network of the test that runs.
     *
     * @throws IllegalStateException if none does
     */
    public TestNetwork network() {
        TestNetwork network = current;
        checkState(network != null, "there is a network only while tests run");
        return network;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws TestNetworkException {
        if (find(context).isPresent()) {
            return; // a class inside one that has a network
        }
        Optional<TestNetwork.Builder> wanted = builder.isPresent() ? builder : annotated(context);
        if (wanted.isPresent()) {
            start(context, wanted.get());
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) throws TestNetworkException {
        Optional<TestNetwork.Builder> own = builder.isPresent() ? Optional.empty() : annotated(context);
        if (own.isPresent()) {
            start(context, own.get());
        } else if (!find(context).isPresent()) {
            start(context, builder.orElseThrow(() -> new IllegalStateException("no @OnionNetwork is in sight")));
        }
        current = find(context).get();
    }

    private static Optional<TestNetwork.Builder> annotated(ExtensionContext context) {
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

    private void start(ExtensionContext context, TestNetwork.Builder wanted) throws TestNetworkException {
        TestNetwork network = wanted.build();
        context.getStore(namespace).put(NETWORK, new Held(network));
        current = network;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        ExtensionContext.Store store = context.getStore(namespace);
        Clients clients = store.remove(CLIENTS, Clients.class);
        if (clients != null) {
            clients.all.forEach(OnionClient::close);
        }
        close(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close(context);
    }

    /** Closes the network that was started for this context, if one was. */
    private void close(ExtensionContext context) {
        Held held = context.getStore(namespace).remove(NETWORK, Held.class);
        if (held != null) {
            held.network.close();
        }
        current = find(context).orElse(null);
    }

    private Optional<TestNetwork> find(ExtensionContext context) {
        return Optional.ofNullable(context.getStore(namespace).get(NETWORK, Held.class))
                .map(Held::network);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return (type == TestNetwork.class || type == OnionClient.class)
                && find(context).isPresent();
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        TestNetwork network = find(context).get();
        if (parameter.getParameter().getType() == TestNetwork.class) {
            return network;
        }
        try {
            OnionClient client = network.newClient();
            context.getStore(namespace)
                    .getOrComputeIfAbsent(CLIENTS, key -> new Clients(new ArrayList<>()), Clients.class)
                    .all
                    .add(client);
            return client;
        } catch (OnionException e) {
            throw new ParameterResolutionException("no client of the network: " + e.getMessage(), e);
        }
    }

    /** Adds to the failure what happened in the network. */
    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        find(context).ifPresent(network -> failure.addSuppressed(new NetworkReport(network.report())));
        throw failure;
    }

    /** Not closeable itself, since the store would close that, later than we do. */
    private record Held(TestNetwork network) {}

    private record Clients(List<OnionClient> all) {}
}
