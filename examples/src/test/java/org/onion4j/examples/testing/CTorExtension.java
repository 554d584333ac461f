package org.onion4j.examples.testing;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives the tests marked {@link CTor} their network, or skips them where there can be none. */
final class CTorExtension implements ExecutionCondition, ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(CTorExtension.class);

    /** The programs that these tests start; {@code ss} tells which relays a download goes through. */
    private static final List<String> NEEDED = List.of("tor", "tor-gencert", "tor-resolve", "curl", "ss");

    /** What the store keeps: closed by JUnit at the end of the whole run, which may run the classes one by one. */
    private record Shared(CTorNetwork network) implements AutoCloseable {
        @Override
        public void close() {
            network.close();
        }
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        String missing = NEEDED.stream()
                .filter(program -> Programs.find(program).isEmpty())
                .collect(Collectors.joining(", "));
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("all programs are there");
        }
        if (Boolean.getBoolean("onion4j.requireCtor")) {
            throw new ExtensionConfigurationException("the tests with C tor are required, and there is no " + missing);
        }
        AtomicBoolean said = context.getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE)
                .getOrComputeIfAbsent("said", key -> new AtomicBoolean(), AtomicBoolean.class);
        if (!said.getAndSet(true)) {
            System.out.println("Skipped: the interoperability tests (tag ctor), since there is no " + missing);
        }
        return ConditionEvaluationResult.disabled("there is no " + missing);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == CTorNetwork.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE)
                .getOrComputeIfAbsent("network", key -> new Shared(start()), Shared.class)
                .network();
    }

    private static CTorNetwork start() {
        try {
            return CTorNetwork.start();
        } catch (IOException | TimeoutException e) {
            throw new ParameterResolutionException("no network of C tor: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ParameterResolutionException("interrupted while starting C tor", e);
        }
    }
}
