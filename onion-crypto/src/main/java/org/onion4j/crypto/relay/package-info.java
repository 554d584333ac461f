/**
 * The encryption of relay cells, a hop at a time: {@link org.onion4j.crypto.relay.ClientHopCrypto} at the client,
 * {@link org.onion4j.crypto.relay.RelayHopCrypto} at a relay. Imports bytes, handshake (for its key material) and
 * primitive. Spec: tor-spec, "Routing relay cells". No threads: each object is confined to its users.
 */
package org.onion4j.crypto.relay;
