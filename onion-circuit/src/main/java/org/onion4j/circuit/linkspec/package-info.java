/**
 * Link specifiers, by which EXTEND2 messages and onion services say how to reach a relay:
 * {@link org.onion4j.circuit.linkspec.LinkSpecifier}. Spec: tor-spec, "EXTEND and EXTENDED cells". Imports
 * {@code org.onion4j.crypto.bytes}. No I/O and no threads.
 */
package org.onion4j.circuit.linkspec;
