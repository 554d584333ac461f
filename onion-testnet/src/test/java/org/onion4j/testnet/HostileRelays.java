package org.onion4j.testnet;

import java.util.List;
import org.onion4j.testnet.relay.RelayScript;

/** Lets tests of other packages script relays. */
public final class HostileRelays {
    private HostileRelays() {}

    /** From now on the relay departs from the protocol as the script says, until it is healed. */
    public static void script(TestRelay relay, RelayScript script) {
        relay.host().script(script);
    }

    /** A hostility as a script, for tests that watch a relay beside. */
    public static RelayScript script(Hostility hostility) {
        return new HostileScript(List.of(hostility), identity -> "a relay", () -> 0, failure -> {});
    }
}
