package org.onion4j.examples.testing;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Skips the tests of a class marked {@link Installed} where programs are missing, and says so in one line. */
final class InstalledCondition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        String missing = AnnotationSupport.findAnnotation(context.getTestClass(), Installed.class).stream()
                .flatMap(needed -> Arrays.stream(needed.value()))
                .filter(program -> Programs.find(program).isEmpty())
                .collect(Collectors.joining(", "));
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("all programs are there");
        }
        String name = context.getRequiredTestClass().getSimpleName();
        if (Boolean.getBoolean("onion4j.requireCtor")) {
            throw new ExtensionConfigurationException(name + " is required, and there is no " + missing);
        }
        if (context.getTestMethod().isEmpty()) {
            System.out.println("Skipped: " + name + ", since there is no " + missing);
        }
        return ConditionEvaluationResult.disabled("there is no " + missing);
    }
}
