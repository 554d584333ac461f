package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.Immutable;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * An extension of a message of introduction. Spec: rend-spec-v3, "Extensions to INTRODUCE1" and others. List: N_EXTENSIONS
 * 1 byte, then so many times EXT_FIELD_TYPE 1 byte, EXT_FIELD_LEN 1 byte, EXT_FIELD. Those of unknown type are kept.
 *
 * @param type 0 to 255
 * @param field at most 255 bytes
 */
@Immutable
public record MessageExtension(int type, Bytes field) {
    /** Most extensions of a message. */
    public static final int MAX_COUNT = 0xff;

    /** In ESTABLISH_INTRO: how many introductions the service wants to get. */
    public static final int DOS_PARAMETERS = 1;

    public MessageExtension {
        checkArgument(type >= 0 && type <= 0xff, "extension type %s", type);
        checkArgument(field.size() <= 0xff, "extension of %s bytes", field.size());
    }

    /** Reads a list. */
    public static ImmutableList<MessageExtension> decodeList(WireReader in) throws WireFormatException {
        int count = in.u8("N_EXTENSIONS");
        ImmutableList.Builder<MessageExtension> list = ImmutableList.builder();
        for (int i = 0; i < count; i++) {
            int type = in.u8("EXT_FIELD_TYPE");
            list.add(new MessageExtension(type, in.bytes(in.u8("EXT_FIELD_LEN"), "EXT_FIELD")));
        }
        return list.build();
    }

    /** Writes a list. */
    public static void encodeList(ImmutableList<MessageExtension> extensions, WireWriter out) {
        out.u8(extensions.size());
        for (MessageExtension extension : extensions) {
            out.u8(extension.type).u8(extension.field.size()).bytes(extension.field);
        }
    }
}
