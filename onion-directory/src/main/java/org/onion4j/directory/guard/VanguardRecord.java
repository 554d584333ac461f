package org.onion4j.directory.guard;

import java.time.Duration;
import java.time.Instant;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * What is remembered of a vanguard from one run to the next. Immutable.
 *
 * @param layer the position in circuits that it serves in, 2 or 3
 * @param chosenOn when it began to serve; whole seconds, as all times here
 * @param lifetime how long it serves, from 1 second on
 */
record VanguardRecord(int layer, RsaIdentity identity, Instant chosenOn, Duration lifetime) {}
