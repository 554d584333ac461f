package org.onion4j.testnet.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the tests of a class one network in memory, a class inside of it another one if it asks for it, or a test method one
 * of its own. Constructors and methods may have parameters of the types {@link org.onion4j.testnet.TestNetwork} and
 * {@link org.onion4j.api.OnionClient}: each test has one client, whichever of its methods ask for it, closed after the test,
 * and what is there for all tests of a class another one. When a test fails, its report says what each relay saw, and the
 * seed.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(OnionNetworkExtension.class)
public @interface OnionNetwork {
    /** How many authorities vote. */
    int authorities() default 3;

    /** How many relays there are beside the authorities and the exits. */
    int relays() default 6;

    /** How many exits there are. */
    int exits() default 2;

    /** Decides all that is random in the network and its clients. */
    long seed() default 1;

    /** How the network's time goes. */
    Time time() default Time.RUNNING;

    /** How the network's time goes. */
    enum Time {
        /** Like real time, plus what the test moves it forward. */
        RUNNING,
        /** Only as the test moves it. */
        STANDING
    }
}
