package org.onion4j.testnet;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.collect.ImmutableList;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicReference;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Resolved;
import org.onion4j.crypto.bytes.WireWriter;

/** The ready-made ones of {@link Hostility}. */
final class Hostilities {
    private static final long TTL_SECONDS = 60;
    private static final int FAR_AWAY = 0x4000;

    private Hostilities() {}

    static Hostility wrongDigest() {
        return passing ->
                passing.kind() == Passing.Kind.MESSAGE && passing.direction() == SeenCircuit.Direction.BACKWARD
                        ? Reaction.drop().before(Forgery.unrecognised())
                        : Reaction.pass();
    }

    static Hostility replayedHandshake() {
        AtomicReference<byte[]> first = new AtomicReference<>();
        return passing -> {
            if (!isOwnCreated2(passing) || first.compareAndSet(null, passing.data())) {
                return Reaction.pass();
            }
            return Reaction.replace(first.get());
        };
    }

    static Hostility unexpectedCreated2() {
        return passing -> isOwnCreated2(passing)
                ? Reaction.pass().after(Forgery.cell(SeenCircuit.Direction.BACKWARD, "CREATED2", passing.data()))
                : Reaction.pass();
    }

    private static boolean isOwnCreated2(Passing passing) {
        return passing.kind() == Passing.Kind.CELL && passing.command().equals("CREATED2") && passing.endsHere();
    }

    static Hostility flood(int messages) {
        checkArgument(messages >= 1, "%s messages", messages);
        return passing -> {
            if (!isConnected(passing)) {
                return Reaction.pass();
            }
            Forgery full = Forgery.message("DATA", passing.streamId(), new byte[Forgery.MAX_DATA_LEN]);
            return Reaction.pass().after(Collections.nCopies(messages, full).toArray(new Forgery[0]));
        };
    }

    static Hostility dataOnUnknownStream() {
        return passing -> {
            if (!isConnected(passing)) {
                return Reaction.pass();
            }
            int unknown = Math.max(1, (passing.streamId() + FAR_AWAY) & 0xffff);
            return Reaction.pass().after(Forgery.message("DATA", unknown, new byte[] {1}));
        };
    }

    /** A stream to a destination is open; those to the relay's own directory have no address there. */
    private static boolean isConnected(Passing passing) {
        return passing.isFromRelay("CONNECTED") && passing.data().length > 0;
    }

    static Hostility lyingAddress(InetAddress address) {
        checkNotNull(address, "address");
        byte[] connected = encoded(Connected.to(address, TTL_SECONDS));
        byte[] resolved = encoded(new Resolved(ImmutableList.of(Resolved.Answer.of(address, TTL_SECONDS))));
        return passing -> {
            if (isConnected(passing)) {
                return Reaction.replace(connected);
            }
            return passing.isFromRelay("RESOLVED") ? Reaction.replace(resolved) : Reaction.pass();
        };
    }

    private static byte[] encoded(RelayMessage message) {
        byte[] room = new byte[Forgery.MAX_DATA_LEN];
        WireWriter out = new WireWriter(room, 0, room.length);
        message.encode(out);
        return Arrays.copyOf(room, out.size());
    }
}
