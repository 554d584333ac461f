package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * AUTH_CHALLENGE: what an initiator would sign to authenticate; clients don't. Spec: tor-spec, "AUTH_CHALLENGE cells".
 * Body: challenge 32 bytes, count 2 bytes, 2 bytes a method; what follows is passed over.
 *
 * @param challenge 32 bytes
 * @param methods numbers of the authentication types that the responder takes, at most 65535
 */
public record AuthChallenge(Bytes challenge, ImmutableList<Integer> methods) implements ChannelMessage {
    /** Size in bytes of the challenge. */
    public static final int CHALLENGE_LEN = 32;

    public AuthChallenge {
        checkArgument(challenge.size() == CHALLENGE_LEN, "challenge of %s bytes", challenge.size());
        checkArgument(methods.size() <= 0xffff, "%s methods", methods.size());
        for (int method : methods) {
            checkArgument(method >= 0 && method <= 0xffff, "method %s", method);
        }
    }

    static AuthChallenge decode(WireReader in) throws WireFormatException {
        Bytes challenge = in.bytes(CHALLENGE_LEN, "challenge");
        int count = in.u16("number of methods");
        WireReader list = in.sub(2 * count, "methods");
        ImmutableList.Builder<Integer> methods = ImmutableList.builderWithExpectedSize(count);
        while (list.remaining() > 0) {
            methods.add(list.u16("method"));
        }
        return new AuthChallenge(challenge, methods.build());
    }

    @Override
    public CellCommand command() {
        return CellCommand.AUTH_CHALLENGE;
    }

    @Override
    public void encode(WireWriter out) {
        out.bytes(challenge).u16(methods.size());
        methods.forEach(out::u16);
    }
}
