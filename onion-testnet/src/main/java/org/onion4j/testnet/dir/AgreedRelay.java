package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableSortedSet;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;

/**
 * What the votes agree on about a relay. Immutable.
 *
 * @param entry the vote's entry whose descriptor was chosen
 * @param ipv6 the "a" line
 * @param microdescriptor the digest of the microdescriptor, 32 bytes
 * @param bandwidth in kilobytes a second
 * @param measured whether that rests on enough measurements
 */
record AgreedRelay(
        VoteEntry entry,
        Optional<String> ipv6,
        Optional<Bytes> microdescriptor,
        ImmutableSortedSet<String> flags,
        String version,
        String protocols,
        long bandwidth,
        boolean measured,
        String policy) {}
