package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * SENDME: the receiver of DATA allows more of it. Spec: tor-spec, "SENDME Cell Format" and "Stream-level flow control".
 * Data on stream 0: nothing (version 0), or version 1 byte, length 2 bytes (16 or 20, in both versions), data, where
 * version 1 has the tag of the cell that it acknowledges. Data on a stream: none; what is there is passed over.
 *
 * @param tag 20 bytes, or 16 on a CGO hop, in version 1; absent in version 0 and on streams
 */
public record Sendme(Optional<Bytes> tag) implements RelayMessage {
    /** Size in bytes of the tag on hops with tor1 encryption, those of onion services too. */
    public static final int TAG_LEN = 20;
    /** Size in bytes of the tag on CGO hops. */
    public static final int CGO_TAG_LEN = 16;

    private static final int VERSION_0 = 0;
    private static final int VERSION_1 = 1;

    public Sendme {
        tag.ifPresent(t -> checkArgument(isTagLength(t.size()), "tag of %s bytes", t.size()));
    }

    /** For a circuit, version 1. */
    public static Sendme withTag(Bytes tag) {
        return new Sendme(Optional.of(tag));
    }

    /** For a stream; also version 0 for a circuit. */
    public static Sendme withoutTag() {
        return new Sendme(Optional.empty());
    }

    static Sendme decode(WireReader in, int streamId) throws WireFormatException {
        if (streamId != 0 || in.remaining() == 0) {
            return withoutTag();
        }
        int version = in.u8("version");
        if (version != VERSION_0 && version != VERSION_1) {
            throw new WireFormatException("SENDME of version " + version);
        }
        int length = in.u16("tag length");
        if (!isTagLength(length)) {
            throw new WireFormatException("SENDME with a tag of " + length + " bytes");
        }
        Bytes tag = in.bytes(length, "tag");
        return version == VERSION_0 ? withoutTag() : withTag(tag);
    }

    private static boolean isTagLength(int length) {
        return length == TAG_LEN || length == CGO_TAG_LEN;
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.SENDME;
    }

    @Override
    public void encode(WireWriter out) {
        tag.ifPresent(t -> out.u8(VERSION_1).u16(t.size()).bytes(t));
    }
}
