package org.onion4j.testnet.wire;

import org.onion4j.testnet.loop.EventLoop;
import org.onion4j.testnet.loop.NetworkTime;
import org.onion4j.testnet.loop.SelectorLoop;

class NioWireTest extends WireContract {
    @Override
    EventLoop newLoop(NetworkTime networkTime) throws Exception {
        return SelectorLoop.open("wires", networkTime);
    }

    @Override
    WireNet newNet(NetworkTime networkTime) {
        return new NioNet("one", WireFaults.NONE);
    }
}
