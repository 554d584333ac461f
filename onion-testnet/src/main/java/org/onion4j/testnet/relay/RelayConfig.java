package org.onion4j.testnet.relay;

import static com.google.common.base.Preconditions.checkArgument;

import java.net.InetSocketAddress;
import java.util.Objects;
import org.onion4j.circuit.flow.FixedWindowFlow;

/**
 * How a relay is set up.
 *
 * @param address where it listens for links
 * @param exitPolicy what it connects to
 * @param circuitWindow DATA messages that may be under way on a circuit, 100 to 1000 (consensus parameter circwindow)
 * @param script how it departs from the protocol
 */
public record RelayConfig(InetSocketAddress address, ExitPolicy exitPolicy, int circuitWindow, RelayScript script) {
    public RelayConfig {
        checkArgument(
                circuitWindow >= FixedWindowFlow.CIRCUIT_INCREMENT && circuitWindow <= FixedWindowFlow.CIRCUIT_WINDOW,
                "circuit window %s",
                circuitWindow);
        Objects.requireNonNull(address);
        Objects.requireNonNull(exitPolicy);
        Objects.requireNonNull(script);
    }

    /** A relay that is no exit and keeps to the protocol. */
    public static RelayConfig at(InetSocketAddress address) {
        return new RelayConfig(address, ExitPolicy.REJECT_ALL, FixedWindowFlow.CIRCUIT_WINDOW, RelayScript.HONEST);
    }

    public RelayConfig withExitPolicy(ExitPolicy policy) {
        return new RelayConfig(address, policy, circuitWindow, script);
    }

    public RelayConfig withCircuitWindow(int messages) {
        return new RelayConfig(address, exitPolicy, messages, script);
    }

    public RelayConfig withScript(RelayScript other) {
        return new RelayConfig(address, exitPolicy, circuitWindow, other);
    }
}
