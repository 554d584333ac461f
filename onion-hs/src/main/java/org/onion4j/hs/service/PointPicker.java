package org.onion4j.hs.service;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.doc.Subprotocol;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.supply.InternalCircuits;
import org.onion4j.directory.view.Relay;

/**
 * Draws relays to be introduction points, as C tor does: by bandwidth, with the flag Stable, none that failed lately. Not
 * for more than one thread.
 */
final class PointPicker {
    private static final int HS_INTRO_V3 = 4;

    private final InternalCircuits circuits;
    private final Map<RsaIdentity, Moment> failed = new HashMap<>();

    PointPicker(InternalCircuits circuits) {
        this.circuits = circuits;
    }

    /** Passes over a relay for some minutes. */
    void remember(RsaIdentity failing, Moment now) {
        failed.put(failing, now);
    }

    void forget() {
        failed.clear();
    }

    /** @param taken those that are introduction points already */
    Optional<Relay> pick(Set<RsaIdentity> taken, Moment now) {
        failed.values().removeIf(since -> since.isOlderThan(LaunchLimit.PERIOD, now));
        Predicate<Relay> fits = relay ->
                isSuitable(relay) && !taken.contains(relay.rsaIdentity()) && !failed.containsKey(relay.rsaIdentity());
        Optional<Relay> stable = circuits.drawRelay(fits.and(relay -> relay.has(RelayFlag.STABLE)));
        return stable.isPresent() ? stable : circuits.drawRelay(fits);
    }

    private static boolean isSuitable(Relay relay) {
        return !relay.has(RelayFlag.MIDDLE_ONLY)
                && relay.ed25519Identity().isPresent()
                && (relay.protocols().isEmpty() || relay.protocols().supports(Subprotocol.HS_INTRO, HS_INTRO_V3));
    }
}
