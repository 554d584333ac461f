/**
 * Circuit handshakes as pure steps from bytes to keys: {@link org.onion4j.crypto.handshake.ClientHandshake} for the
 * client, and the relay's side for the test network. Imports bytes, random and primitive. Spec: tor-spec, "CREATE and
 * CREATED cells" and "Setting circuit keys"; proposal 332 for ntor-v3. No threads: each object is confined to its user.
 */
package org.onion4j.crypto.handshake;
