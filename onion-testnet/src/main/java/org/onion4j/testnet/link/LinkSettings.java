package org.onion4j.testnet.link;

import java.net.InetAddress;
import java.time.Clock;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.loop.Loop;
import org.onion4j.testnet.wire.WireNet;

/**
 * What the links of one relay are made with.
 *
 * @param keys who it is
 * @param address its own address, for NETINFO
 * @param net where it connects
 * @param loop where it lives
 * @param clock its wall clock, for NETINFO and for certificates of others
 * @param tls the TLS of the whole network
 * @param scripts what its links do wrong
 */
public record LinkSettings(
        RelayIdentity keys,
        InetAddress address,
        WireNet net,
        Loop loop,
        Clock clock,
        RandomSource random,
        LinkTls tls,
        LinkScripts scripts) {}
