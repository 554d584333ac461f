package org.onion4j.hs.descriptor;

import com.google.errorprone.annotations.Immutable;
import java.time.Instant;
import org.onion4j.crypto.bytes.Bytes;

/**
 * The proof of work (version 1) that an onion service would like to see. Spec: proposal 327, "pow-params".
 *
 * @param seed 32 bytes
 * @param suggestedEffort 0 to 2^32 - 1; 0 asks for none
 * @param expires after which it takes no proof for this seed
 */
@Immutable
public record PowParameters(Bytes seed, long suggestedEffort, Instant expires) {
    /** Size of a seed in bytes. */
    public static final int SEED_LEN = 32;
}
