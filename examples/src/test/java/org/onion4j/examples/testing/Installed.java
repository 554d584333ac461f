package org.onion4j.examples.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks a test class that starts programs which not every machine has. Without one of them its tests are skipped, unless the
 * system property {@code onion4j.requireCtor} is true.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(InstalledCondition.class)
public @interface Installed {
    /** Names of programs. */
    String[] value();
}
