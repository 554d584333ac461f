package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * A consensus with signatures. Immutable: any thread.
 *
 * @param signers the v3 identities of the authorities that signed it
 * @param diffBase the digest that names it as the base of diffs, 32 bytes
 * @param text the whole document
 */
public record SignedConsensus(
        Flavour flavour,
        Instant validAfter,
        Instant freshUntil,
        Instant validUntil,
        ImmutableSet<RsaIdentity> signers,
        Bytes diffBase,
        Bytes text) {

    /** The whole document. */
    public String asText() {
        return new String(text.toArray(), StandardCharsets.ISO_8859_1);
    }

    /** Whether more than half of these authorities signed it. */
    boolean isSignedByMostOf(Collection<Bytes> identityPrefixes) {
        int good = 0;
        ImmutableList<Bytes> all = ImmutableList.copyOf(identityPrefixes);
        for (Bytes prefix : all) {
            boolean signed = signers.stream().anyMatch(s -> startsWith(s.value(), prefix));
            good += signed ? 1 : 0;
        }
        return 2 * good > all.size();
    }

    private static boolean startsWith(Bytes value, Bytes prefix) {
        return value.size() >= prefix.size() && value.slice(0, prefix.size()).equals(prefix);
    }
}
