package org.onion4j.examples.testing;

import java.io.IOException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives the tests marked {@link CTor} their network, or skips them where there can be none. */
final class CTorExtension implements ExecutionCondition, ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(CTorExtension.class);

    /** What the store keeps: closed by JUnit at the end of the whole run. */
    private record Shared(CTorNetwork network) implements AutoCloseable {
        @Override
        public void close() {
            network.close();
        }
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (CTorNetwork.isAvailable()) {
            return ConditionEvaluationResult.enabled("tor is installed");
        }
        if (Boolean.getBoolean("onion4j.requireCtor")) {
            return ConditionEvaluationResult.enabled("to fail: tor is required and is not installed");
        }
        AtomicBoolean said = context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent("said", key -> new AtomicBoolean(), AtomicBoolean.class);
        if (!said.getAndSet(true)) {
            System.out.println(
                    "Skipped: the interoperability tests (tag ctor), since tor and tor-gencert are not installed");
        }
        return ConditionEvaluationResult.disabled("tor and tor-gencert are not installed");
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == CTorNetwork.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
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
