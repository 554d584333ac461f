package org.onion4j.testnet;

import java.time.Clock;
import org.onion4j.api.internal.Environment;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.circuit.runtime.SocketConnector;
import org.onion4j.crypto.random.RandomSource;

/** Environments of clients with one part replaced. */
final class TestEnvironments {
    private TestEnvironments() {}

    static Environment with(Environment all, SocketConnector connector) {
        return new Environment(
                all.clock(), all.ticker(), all.random(), connector, all.files(), all.schedulers(), all.activity());
    }

    static Environment with(Environment all, Clock clock) {
        return new Environment(
                clock, all.ticker(), all.random(), all.connector(), all.files(), all.schedulers(), all.activity());
    }

    static Environment with(Environment all, RandomSource random) {
        return new Environment(
                all.clock(), all.ticker(), random, all.connector(), all.files(), all.schedulers(), all.activity());
    }

    static Environment with(Environment all, Activity activity) {
        return new Environment(
                all.clock(), all.ticker(), all.random(), all.connector(), all.files(), all.schedulers(), activity);
    }
}
