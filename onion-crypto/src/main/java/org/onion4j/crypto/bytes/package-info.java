/**
 * Byte strings and the binary wire format: {@link org.onion4j.crypto.bytes.Bytes} for public values,
 * {@link org.onion4j.crypto.bytes.SecretBytes} for secret ones, {@link org.onion4j.crypto.bytes.WireReader} and
 * {@link org.onion4j.crypto.bytes.WireWriter} for everything that is read from or written to a peer, and the relay
 * identities. Imports nothing of ours. No threads: every type is either immutable or confined to its user.
 */
package org.onion4j.crypto.bytes;
