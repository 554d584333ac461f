package org.onion4j.testnet;

import org.onion4j.testnet.relay.RelayScript;

/** Lets tests of other packages script relays. */
public final class HostileRelays {
    private HostileRelays() {}

    /** From now on the relay departs from the protocol as the script says, until it is healed. */
    public static void script(TestRelay relay, RelayScript script) {
        relay.host().script(script);
    }
}
