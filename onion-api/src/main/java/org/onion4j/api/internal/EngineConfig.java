package org.onion4j.api.internal;

import org.onion4j.api.VanguardMode;
import org.onion4j.directory.network.NetworkDescription;
import org.onion4j.directory.state.StateStore;

/**
 * What an engine is made from.
 *
 * @param network the network to join
 * @param state what is remembered between runs; the client closes it, after the engine
 * @param internal whether exits may say that they connected to an address of this machine or a local network
 * @param vanguards how circuits for onion services are protected
 * @param environment what it runs on
 */
public record EngineConfig(
        NetworkDescription network,
        StateStore state,
        DestinationRules.InternalAddresses internal,
        VanguardMode vanguards,
        Environment environment) {}
