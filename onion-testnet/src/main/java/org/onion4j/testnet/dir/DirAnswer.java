package org.onion4j.testnet.dir;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.onion4j.crypto.bytes.Bytes;

/**
 * What a directory answers, before it is written as HTTP. Immutable.
 *
 * @param status the HTTP status
 * @param reason the words behind it
 * @param document what was asked for; sent with status 200 alone
 * @param headers more header lines, without their ends
 * @param delivery how it is to be sent
 * @param raw what to send instead of all that, header included
 */
public record DirAnswer(
        int status,
        String reason,
        Bytes document,
        ImmutableList<String> headers,
        Delivery delivery,
        Optional<Bytes> raw) {

    /**
     * How an answer is sent.
     *
     * @param silent whether it isn't sent at all, and the stream stays open
     * @param cutAfter after how many bytes of the answer, header included, the stream ends
     * @param pieceLen the most bytes at a time, at least 1
     * @param pause how long to wait before each piece but the first
     */
    public record Delivery(boolean silent, OptionalInt cutAfter, int pieceLen, Duration pause) {
        /** All at once. */
        public static final Delivery AT_ONCE =
                new Delivery(false, OptionalInt.empty(), Integer.MAX_VALUE, Duration.ZERO);

        public Delivery {
            checkArgument(pieceLen >= 1, "pieces of %s bytes", pieceLen);
        }
    }

    /** The document. */
    static DirAnswer ok(Bytes document) {
        return new DirAnswer(200, "OK", document, ImmutableList.of(), Delivery.AT_ONCE, Optional.empty());
    }

    /** A status without a document. */
    static DirAnswer status(int status, String reason) {
        return new DirAnswer(status, reason, Bytes.EMPTY, ImmutableList.of(), Delivery.AT_ONCE, Optional.empty());
    }

    static DirAnswer notFound() {
        return status(404, "Not found");
    }

    static DirAnswer notModified() {
        return status(304, "Not modified");
    }

    /** The same with another document, and status 200. */
    public DirAnswer withDocument(Bytes value) {
        return new DirAnswer(200, "OK", value, headers, delivery, raw);
    }

    /** The same sent in another way. */
    public DirAnswer withDelivery(Delivery value) {
        return new DirAnswer(status, reason, document, headers, value, raw);
    }

    /** Other bytes in its place, header included. */
    public DirAnswer withRaw(Bytes value) {
        return new DirAnswer(status, reason, document, headers, delivery, Optional.of(value));
    }

    /** The same with one more header line, without its end. */
    DirAnswer withHeader(String line) {
        return new DirAnswer(
                status,
                reason,
                document,
                ImmutableList.<String>builder().addAll(headers).add(line).build(),
                delivery,
                raw);
    }
}
