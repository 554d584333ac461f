package org.onion4j.testnet.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.onion4j.testnet.loop.Loop;

/** Makes wires, as seen from one host of a network. Any thread. */
public interface WireNet {
    /**
     * Accepts connections.
     *
     * @param local where; port 0 for any free one
     * @param loop the owner of the wires; {@code accept} runs there
     * @throws IOException if the address is taken or not ours
     */
    WireServer listen(InetSocketAddress local, Loop loop, Consumer<Wire> accept) throws IOException;

    /** Makes a connection; the callback is called on the loop, never within this call. */
    void connect(InetSocketAddress to, Loop loop, WireConnected callback);
}
