package org.onion4j.testnet.wire;

import java.net.InetSocketAddress;
import java.time.Instant;
import org.onion4j.testnet.wire.WireFaults.Verdict;

/**
 * An attempt to connect, as {@link FaultBoard} has seen it.
 *
 * @param host who connects
 * @param to where it connects
 * @param verdict what became of it as far as faults go
 * @param at when, by the network's time
 */
public record WireAttempt(String host, InetSocketAddress to, Verdict verdict, Instant at) {}
