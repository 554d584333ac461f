package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * A relay message as it lies in the decrypted body of a RELAY cell, in the layout of the hops that tor1 encryption
 * serves ("v0"; a CGO hop will have a sibling of this class). Reads and writes the caller's arrays in place. Spec:
 * tor-spec, "Relay cells".
 *
 * <pre>
 * Command 1 | Recognized 2 (0) | StreamID 2 | Digest 4 | Length 2 | Data Length | Padding
 * </pre>
 */
public final class RelayBody {
    /** Size in bytes of what precedes the data. */
    public static final int HEADER_LEN = 11;
    /** Most bytes of data in a message. */
    public static final int MAX_DATA_LEN = CellFrame.CELL_BODY_LEN - HEADER_LEN;
    /** Where the two bytes are that are 0 in a message for us. */
    public static final int RECOGNIZED_OFFSET = 1;
    /** Where the digest is. */
    public static final int DIGEST_OFFSET = 5;
    /** Size in bytes of the digest. */
    public static final int DIGEST_LEN = 4;

    private static final int STREAM_ID_OFFSET = 3;
    private static final int LENGTH_OFFSET = 9;
    private static final int ZERO_PADDING_LEN = 4;

    private RelayBody() {}

    /** The number of the relay command, 0 to 255. */
    public static int command(byte[] body, int offset) {
        return body[offset] & 0xff;
    }

    /** The field that is 0 in every message that is addressed to who decrypted it. */
    public static int recognized(byte[] body, int offset) {
        return u16(body, offset + RECOGNIZED_OFFSET);
    }

    /** The stream ID, 0 to 65535; 0 is the circuit itself. */
    public static int streamId(byte[] body, int offset) {
        return u16(body, offset + STREAM_ID_OFFSET);
    }

    /** The length field as the peer wrote it, 0 to 65535: check it before use, or take {@link #checkedLength}. */
    public static int length(byte[] body, int offset) {
        return u16(body, offset + LENGTH_OFFSET);
    }

    /**
     * The length field, 0 to {@link #MAX_DATA_LEN}.
     *
     * @throws WireFormatException if it is larger, which closes the circuit
     */
    public static int checkedLength(byte[] body, int offset) throws WireFormatException {
        int length = length(body, offset);
        if (length > MAX_DATA_LEN) {
            throw new WireFormatException("relay message of " + length + " bytes");
        }
        return length;
    }

    /** Where in the array the data begins. */
    public static int dataOffset(int offset) {
        return offset + HEADER_LEN;
    }

    /**
     * The message, its data copied out of the array.
     *
     * @throws WireFormatException if the length or the content is not as it must be, which closes the circuit
     */
    public static RelayMessage decode(byte[] body, int offset) throws WireFormatException {
        return RelayMessage.decode(
                RelayCommand.ofWire(command(body, offset)),
                streamId(body, offset),
                body,
                dataOffset(offset),
                checkedLength(body, offset));
    }

    /**
     * Lays out a whole body of {@link CellFrame#CELL_BODY_LEN} bytes, ready to be encrypted: the digest is still zero.
     *
     * @param streamId 0 to 65535; 0 is the circuit itself
     * @param padding gives what follows the data and 4 zero bytes, if there is room
     */
    public static void encode(
            RelayCommand command,
            int streamId,
            byte[] data,
            int dataOffset,
            int dataLength,
            PaddingSource padding,
            byte[] target,
            int offset) {
        checkArgument(dataLength >= 0 && dataLength <= MAX_DATA_LEN, "%s of %s bytes", command, dataLength);
        System.arraycopy(data, dataOffset, target, dataOffset(offset), dataLength);
        finish(command, streamId, dataLength, padding, target, offset);
    }

    /** Does the same for a message that is an object. */
    public static void encode(RelayMessage message, int streamId, PaddingSource padding, byte[] target, int offset) {
        WireWriter data = new WireWriter(target, dataOffset(offset), MAX_DATA_LEN);
        message.encode(data);
        finish(message.command(), streamId, data.size(), padding, target, offset);
    }

    /** Writes header and padding around data that the caller has put at {@link #dataOffset}. */
    public static void finish(
            RelayCommand command, int streamId, int dataLength, PaddingSource padding, byte[] target, int offset) {
        checkArgument(streamId >= 0 && streamId <= 0xffff, "stream ID %s", streamId);
        checkArgument(dataLength >= 0 && dataLength <= MAX_DATA_LEN, "%s of %s bytes", command, dataLength);
        target[offset] = (byte) command.wire();
        target[offset + RECOGNIZED_OFFSET] = 0;
        target[offset + RECOGNIZED_OFFSET + 1] = 0;
        putU16(streamId, target, offset + STREAM_ID_OFFSET);
        for (int i = 0; i < DIGEST_LEN; i++) {
            target[offset + DIGEST_OFFSET + i] = 0;
        }
        putU16(dataLength, target, offset + LENGTH_OFFSET);
        int at = dataOffset(offset) + dataLength;
        int end = offset + CellFrame.CELL_BODY_LEN;
        for (int i = 0; i < ZERO_PADDING_LEN && at < end; i++) {
            target[at++] = 0;
        }
        if (at < end) {
            padding.fill(target, at, end - at);
        }
    }

    private static int u16(byte[] array, int at) {
        return (array[at] & 0xff) << 8 | (array[at + 1] & 0xff);
    }

    private static void putU16(int value, byte[] array, int at) {
        array[at] = (byte) (value >>> 8);
        array[at + 1] = (byte) value;
    }
}
