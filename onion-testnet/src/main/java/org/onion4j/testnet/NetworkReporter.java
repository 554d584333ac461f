package org.onion4j.testnet;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes down for humans what has happened in a network. Any thread but those of loops. */
final class NetworkReporter {
    private NetworkReporter() {}

    /**
     * The report; what relays haven't told within the limit of real time for all of them is missing.
     *
     * @param failures of destinations
     */
    static String report(long seed, Instant now, List<TestRelay> relays, List<String> failures, Duration limit) {
        StringBuilder text = new StringBuilder("onion network with seed " + seed + " at " + now + "\n");
        long until = System.nanoTime() + limit.toNanos();
        List<RelayHost.Telling> asked = new ArrayList<>();
        relays.forEach(relay -> asked.add(relay.host().tell()));
        for (int i = 0; i < relays.size(); i++) {
            TestRelay relay = relays.get(i);
            line(text, "  ", relay);
            Duration left = Duration.ofNanos(Math.max(0, until - System.nanoTime()));
            Optional<List<SeenCircuit>> seen = asked.get(i).within(left);
            if (seen.isPresent()) {
                seen.get().forEach(circuit -> line(text, "    ", circuit));
            } else {
                line(text, "    ", "doesn't answer: does the script of a hostile relay block?");
            }
            relay.host().hostileFailures().forEach(failure -> line(text, "    ", failure));
        }
        failures.forEach(failure -> line(text, "  ", failure));
        return text.toString();
    }

    private static void line(StringBuilder text, String indent, Object what) {
        text.append(indent).append(what).append('\n');
    }
}
