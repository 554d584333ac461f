package org.onion4j.testnet.relay;

import static com.google.common.base.Preconditions.checkArgument;

import java.net.InetSocketAddress;
import java.util.Objects;
import org.onion4j.circuit.flow.FixedWindowFlow;
import org.onion4j.testnet.link.LinkScripts;

/**
 * How a relay is set up.
 *
 * @param address where it listens for links
 * @param exitPolicy what it connects to
 * @param circuitWindow DATA messages that may be under way on a circuit, 100 to 1000 (consensus parameter circwindow)
 * @param script how it departs from the protocol on circuits
 * @param linkScripts how it departs from the protocol on links
 */
public record RelayConfig(
        InetSocketAddress address,
        ExitPolicy exitPolicy,
        int circuitWindow,
        RelayScript script,
        LinkScripts linkScripts) {
    public RelayConfig {
        checkArgument(
                circuitWindow >= FixedWindowFlow.CIRCUIT_INCREMENT && circuitWindow <= FixedWindowFlow.CIRCUIT_WINDOW,
                "circuit window %s",
                circuitWindow);
        Objects.requireNonNull(address);
        Objects.requireNonNull(exitPolicy);
        Objects.requireNonNull(script);
        Objects.requireNonNull(linkScripts);
    }

    /** A relay that is no exit and keeps to the protocol. */
    public static RelayConfig at(InetSocketAddress address) {
        return new RelayConfig(
                address, ExitPolicy.REJECT_ALL, FixedWindowFlow.CIRCUIT_WINDOW, RelayScript.HONEST, LinkScripts.HONEST);
    }

    public RelayConfig withExitPolicy(ExitPolicy policy) {
        return new RelayConfig(address, policy, circuitWindow, script, linkScripts);
    }

    public RelayConfig withCircuitWindow(int messages) {
        return new RelayConfig(address, exitPolicy, messages, script, linkScripts);
    }

    public RelayConfig withScript(RelayScript other) {
        return new RelayConfig(address, exitPolicy, circuitWindow, other, linkScripts);
    }

    public RelayConfig withLinkScripts(LinkScripts other) {
        return new RelayConfig(address, exitPolicy, circuitWindow, script, other);
    }
}
