package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * INTRODUCE_ACK: an introduction point's answer to INTRODUCE1. Spec: rend-spec-v3, "Introduction from client to
 * introduction point" (the section on INTRODUCE_ACK). Data: STATUS 2 bytes, extensions.
 *
 * @param status one of the constants or another number, 0 to 65535
 * @param extensions at most 255
 */
public record IntroduceAck(int status, ImmutableList<MessageExtension> extensions) implements RelayMessage {
    /** The message is on its way to the service. */
    public static final int SUCCESS = 0;
    /** No service has this introduction point under this key. */
    public static final int UNKNOWN_SERVICE = 1;
    /** The message was malformed. */
    public static final int BAD_FORMAT = 2;
    /** The message can't be passed on to the service. */
    public static final int CANT_RELAY = 3;

    public IntroduceAck {
        checkArgument(status >= 0 && status <= 0xffff, "status %s", status);
        checkArgument(extensions.size() <= MessageExtension.MAX_COUNT, "%s extensions", extensions.size());
    }

    static IntroduceAck decode(WireReader in) throws WireFormatException {
        return new IntroduceAck(in.u16("STATUS"), MessageExtension.decodeList(in));
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.INTRODUCE_ACK;
    }

    @Override
    public void encode(WireWriter out) {
        out.u16(status);
        MessageExtension.encodeList(extensions, out);
    }
}
