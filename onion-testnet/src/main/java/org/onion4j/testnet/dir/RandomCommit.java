package org.onion4j.testnet.dir;

import com.google.common.io.BaseEncoding;
import com.google.common.primitives.Longs;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Digests;

/**
 * An authority's part in a run of the shared random protocol. Immutable: any thread. Spec: srv-spec, "Encoding of
 * commitment and reveal values".
 *
 * @param authority its v3 identity
 * @param commit base64 of a time (8 bytes) and the SHA3-256 digest of the reveal text
 * @param reveal base64 of the same time and 32 random bytes, once it is known
 */
record RandomCommit(RsaIdentity authority, String commit, Optional<String> reveal) {
    /** The length of both texts. */
    static final int TEXT_LEN = 56;

    private static final int TIME_LEN = 8;

    /** The part that follows from a random value. */
    static RandomCommit make(RsaIdentity authority, Instant time, byte[] random) {
        byte[] stamp = Longs.toByteArray(time.getEpochSecond());
        String reveal = encode(stamp, Digests.sha3(random));
        String commit = encode(stamp, Digests.sha3(reveal.getBytes(StandardCharsets.US_ASCII)));
        return new RandomCommit(authority, commit, Optional.of(reveal));
    }

    private static String encode(byte[] stamp, Bytes digest) {
        return BaseEncoding.base64()
                .encode(Bytes.concat(Bytes.copyOf(stamp), digest).toArray());
    }

    /** Whether both texts are of the right form, and the reveal, if there is one, is what was committed to. */
    boolean isGood() {
        Optional<Bytes> committed = decode(commit);
        if (!committed.isPresent()) {
            return false;
        }
        if (!reveal.isPresent()) {
            return true;
        }
        Optional<Bytes> revealed = decode(reveal.get());
        return revealed.isPresent()
                && revealed.get().slice(0, TIME_LEN).equals(committed.get().slice(0, TIME_LEN))
                && Digests.sha3(reveal.get().getBytes(StandardCharsets.US_ASCII))
                        .equals(committedDigest());
    }

    /** The digest of the reveal: what C tor orders reveals by. */
    Bytes committedDigest() {
        return decode(commit).orElse(Bytes.EMPTY).slice(TIME_LEN, TIME_LEN + Digests.SHA256_LEN);
    }

    /** The same before its reveal. */
    RandomCommit hidden() {
        return new RandomCommit(authority, commit, Optional.empty());
    }

    private static Optional<Bytes> decode(String text) {
        if (text.length() != TEXT_LEN || !BaseEncoding.base64().canDecode(text)) {
            return Optional.empty();
        }
        Bytes raw = Bytes.copyOf(BaseEncoding.base64().decode(text));
        return raw.size() == TIME_LEN + Digests.SHA256_LEN ? Optional.of(raw) : Optional.empty();
    }
}
