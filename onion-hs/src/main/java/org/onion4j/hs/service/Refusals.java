package org.onion4j.hs.service;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.onion4j.circuit.log.SparingLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the introductions that a service did not follow, and says so now and then. Any thread. */
final class Refusals {
    private static final Logger log = LoggerFactory.getLogger(Refusals.class);

    private final Map<Refusal, AtomicLong> counts = new EnumMap<>(Refusal.class);
    private final Map<Refusal, SparingLog> logs = new EnumMap<>(Refusal.class);

    Refusals(Ticker ticker) {
        for (Refusal refusal : Refusal.values()) {
            counts.put(refusal, new AtomicLong());
            logs.put(refusal, new SparingLog(log, ticker));
        }
    }

    void add(Refusal refusal) {
        counts.get(refusal).incrementAndGet();
        logs.get(refusal).info("an onion service has refused {}", refusal.text());
    }

    /** How many there were by now, of those kinds that there were. */
    ImmutableMap<Refusal, Long> counts() {
        return ImmutableMap.copyOf(
                Maps.filterValues(Maps.transformValues(counts, AtomicLong::get), count -> count > 0));
    }
}
