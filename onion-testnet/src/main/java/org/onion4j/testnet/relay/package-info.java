/**
 * The relay's side of circuits and streams: {@link org.onion4j.testnet.relay.Relay} is one relay, as guard, middle, exit,
 * introduction and rendezvous point. Imports loop, wire, link and keys, and of the client's modules the cells, messages,
 * handshakes and encryption, which both sides share. Everything runs on the relay's loop unless something else is said.
 * Spec: tor-spec, from "Circuit management" on; rend-spec-v3 for introduction and rendezvous points.
 */
package org.onion4j.testnet.relay;
