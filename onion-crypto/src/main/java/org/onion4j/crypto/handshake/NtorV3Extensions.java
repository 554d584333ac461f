package org.onion4j.crypto.handshake;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.Immutable;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * The message inside of an ntor-v3 handshake: a list of extension fields. Layout: COUNT 1 byte, then COUNT times (TYPE 1,
 * LENGTH 1, BODY LENGTH bytes). Unknown types are kept; where a type comes several times, the first one counts; what
 * follows the last field is ignored. Immutable: any thread. Spec: proposal 332, "Encoding for use with Tor circuit
 * extension", but relays expect the count that the proposal leaves out.
 */
@Immutable
public record NtorV3Extensions(ImmutableList<Field> fields) {
    /** To the relay, empty: asks for congestion control. */
    public static final int CC_REQUEST = 1;
    /** To the client: grants congestion control; the body is the SENDME increment, 1 byte. */
    public static final int CC_RESPONSE = 2;
    /** To the relay: pairs of subprotocol id and version, a byte each, strictly ascending, that are to be used. */
    public static final int SUBPROTOCOL_REQUEST = 3;

    /** The message without any field: the single byte zero. */
    public static final NtorV3Extensions NONE = new NtorV3Extensions(ImmutableList.of());

    private static final int MAX = 255;

    public NtorV3Extensions {
        checkArgument(fields.size() <= MAX, "%s extension fields", fields.size());
    }

    /** One field: a type from 0 to 255 and at most 255 bytes. */
    @Immutable
    public record Field(int type, Bytes body) {
        public Field {
            checkArgument(type >= 0 && type <= MAX, "extension type %s", type);
            checkArgument(body.size() <= MAX, "extension field of %s bytes", body.size());
        }
    }

    /** A message of these fields, in this order. */
    public static NtorV3Extensions of(Field... fields) {
        return new NtorV3Extensions(ImmutableList.copyOf(fields));
    }

    /**
     * Reads a message.
     *
     * @throws WireFormatException if the count is missing or a field runs past the end
     */
    public static NtorV3Extensions decode(Bytes message) throws WireFormatException {
        WireReader in = new WireReader(message);
        int count = in.u8("extension count");
        ImmutableList.Builder<Field> fields = ImmutableList.builder();
        for (int i = 0; i < count; i++) {
            int type = in.u8("extension type");
            fields.add(new Field(type, in.bytes(in.u8("extension length"), "extension body")));
        }
        return new NtorV3Extensions(fields.build());
    }

    /** The body of the first field of a type, if there is one. */
    public Optional<Bytes> first(int type) {
        for (Field field : fields) {
            if (field.type() == type) {
                return Optional.of(field.body());
            }
        }
        return Optional.empty();
    }

    /** The message as it is encrypted into the handshake. */
    public Bytes encode() {
        WireWriter out = new WireWriter();
        out.u8(fields.size());
        for (Field field : fields) {
            out.u8(field.type()).u8(field.body().size()).bytes(field.body());
        }
        return out.toBytes();
    }
}
