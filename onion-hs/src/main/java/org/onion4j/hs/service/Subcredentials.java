package org.onion4j.hs.service;

import com.google.common.collect.ImmutableList;
import java.util.TreeMap;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.hs.ring.RingTimes;

/**
 * The keys, subcredentials among them, under which clients may introduce themselves: those of both time periods that the service publishes
 * descriptors for, and of the one before, whose descriptor some may still have. Not for more than one thread.
 */
final class Subcredentials {
    private static final int MAX_KEPT = 3;

    private final OnionAddress address;
    private final boolean testing;
    private final TreeMap<Long, ServiceKeys> byPeriod = new TreeMap<>();
    private int periodMinutes;

    /** @param testing whether it is a testing network */
    Subcredentials(OnionAddress address, boolean testing) {
        this.address = address;
        this.testing = testing;
    }

    /** There is a new consensus. Costs milliseconds when a period begins. */
    void onView(NetworkView view) {
        RingTimes times = RingTimes.of(view, testing);
        if (times.periodMinutes() != periodMinutes) {
            periodMinutes = times.periodMinutes();
            byPeriod.clear();
        }
        add(times.firstOfService().period());
        add(times.secondOfService().period());
        while (byPeriod.size() > MAX_KEPT) {
            byPeriod.pollFirstEntry();
        }
    }

    private void add(TimePeriod period) {
        if (!byPeriod.containsKey(period.number())) {
            byPeriod.put(period.number(), ServiceKeys.of(address, period));
        }
    }

    /** Those of later periods first. */
    ImmutableList<ServiceKeys> all() {
        return ImmutableList.copyOf(byPeriod.descendingMap().values());
    }
}
