package org.onion4j.hs.pow;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.Immutable;
import org.onion4j.circuit.message.MessageExtension;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.pow.ProofOfWork;

/**
 * The extension of an introduction's encrypted part in which a client proves its work. Field: version 1 byte (1), nonce
 * 16, effort 4, the first 4 bytes of the seed, solution 16. Immutable. Spec: proposal 327, "Client behavior".
 *
 * @param nonce 16 bytes
 * @param effort 0 to 2^32-1
 * @param seedHead 4 bytes
 * @param solution 16 bytes
 */
@Immutable
public record PowExtension(Bytes nonce, long effort, Bytes seedHead, Bytes solution) {
    /** Type of the extension. */
    public static final int TYPE = 2;
    /** Size in bytes of {@link #seedHead}. */
    public static final int SEED_HEAD_LEN = 4;

    private static final int VERSION = 1;
    private static final long MAX_EFFORT = 0xffffffffL;

    public PowExtension {
        checkArgument(nonce.size() == ProofOfWork.NONCE_LEN, "nonce of %s bytes", nonce.size());
        checkArgument(effort >= 0 && effort <= MAX_EFFORT, "effort %s", effort);
        checkArgument(seedHead.size() == SEED_HEAD_LEN, "seed head of %s bytes", seedHead.size());
        checkArgument(solution.size() == ProofOfWork.SOLUTION_LEN, "solution of %s bytes", solution.size());
    }

    /**
     * Reads the field of the extension.
     *
     * @throws WireFormatException if it is of another version, or has another length
     */
    public static PowExtension decode(Bytes field) throws WireFormatException {
        WireReader in = new WireReader(field);
        int version = in.u8("POW_VERSION");
        if (version != VERSION) {
            throw new WireFormatException("a proof of work of version " + version);
        }
        Bytes nonce = in.bytes(ProofOfWork.NONCE_LEN, "POW_NONCE");
        long effort = in.u32("POW_EFFORT");
        Bytes seedHead = in.bytes(SEED_HEAD_LEN, "POW_SEED");
        Bytes solution = in.bytes(ProofOfWork.SOLUTION_LEN, "POW_SOLUTION");
        if (in.remaining() > 0) {
            throw new WireFormatException("a proof of work of " + field.size() + " bytes");
        }
        return new PowExtension(nonce, effort, seedHead, solution);
    }

    /** As an extension of a message. */
    public MessageExtension encode() {
        return new MessageExtension(
                TYPE,
                new WireWriter()
                        .u8(VERSION)
                        .bytes(nonce)
                        .u32(effort)
                        .bytes(seedHead)
                        .bytes(solution)
                        .toBytes());
    }
}
