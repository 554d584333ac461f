package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * INTRO_ESTABLISHED: the relay is an introduction point now. Spec: rend-spec-v3, "Acknowledging establishment of
 * introduction points". Data: extensions.
 *
 * @param extensions at most 255
 */
public record IntroEstablished(ImmutableList<MessageExtension> extensions) implements RelayMessage {
    public IntroEstablished {
        checkArgument(extensions.size() <= MessageExtension.MAX_COUNT, "%s extensions", extensions.size());
    }

    static IntroEstablished decode(WireReader in) throws WireFormatException {
        return new IntroEstablished(MessageExtension.decodeList(in));
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.INTRO_ESTABLISHED;
    }

    @Override
    public void encode(WireWriter out) {
        MessageExtension.encodeList(extensions, out);
    }
}
