package org.onion4j.testnet.wire;

import org.onion4j.testnet.loop.EventLoop;
import org.onion4j.testnet.loop.NetworkTime;

class MemoryWireTest extends WireContract {
    @Override
    EventLoop newLoop(NetworkTime networkTime) {
        return EventLoop.start("wires", networkTime);
    }

    @Override
    WireNet newNet(NetworkTime networkTime) {
        return new MemoryNet(networkTime, WireFaults.NONE).host("one", WireTestKit.ip("127.0.0.1"));
    }
}
