package org.onion4j.testnet;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Lets tests of other packages partition networks with clients that they have made themselves. */
public final class ClientsAside {
    private ClientsAside() {}

    /** Like {@link TestNetwork#partition(Collection, org.onion4j.api.OnionClient...)}, with clients by their addresses. */
    public static void partition(TestNetwork network, Collection<TestRelay> relays, Collection<InetAddress> clients) {
        List<String> side = new ArrayList<>();
        relays.forEach(relay -> side.add(relay.nickname()));
        clients.forEach(address ->
                side.add("client" + (InetAddresses.coerceToInteger(address) - NetworkParts.FIRST_CLIENT_ADDRESS)));
        network.parts().faults().split(side);
    }
}
