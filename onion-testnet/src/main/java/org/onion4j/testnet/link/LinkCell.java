package org.onion4j.testnet.link;

import com.google.errorprone.annotations.Immutable;
import org.onion4j.crypto.bytes.Bytes;

/**
 * A cell as a value, for scripts; the fast way knows none.
 *
 * @param circuitId 32 bits
 * @param command its number
 * @param body 509 bytes, or up to 65535 for commands of variable length
 */
@Immutable
public record LinkCell(int circuitId, int command, Bytes body) {}
