package org.onion4j.examples.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks a test class that needs C tor. Its tests may take a {@link CTorNetwork} as a parameter: one that all of them share, started
 * at first need. Without tor on the machine they are skipped, unless the system property {@code onion4j.requireCtor} is true.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("ctor")
@ExtendWith(CTorExtension.class)
public @interface CTor {}
