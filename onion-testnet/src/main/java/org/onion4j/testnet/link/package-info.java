/**
 * Links between relays, and from clients to relays: TLS over a {@link org.onion4j.testnet.wire.Wire}, the link handshake
 * as responder and as initiator, and cells. {@link org.onion4j.testnet.link.RelayLink} is what a relay works with. All
 * on the loop of the wire's owner. Spec: tor-spec, "Negotiating and initializing connections".
 */
package org.onion4j.testnet.link;
