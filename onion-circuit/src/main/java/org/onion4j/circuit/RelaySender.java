package org.onion4j.circuit;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.message.PaddingSource;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.relay.ClientHopCrypto;

/**
 * Puts relay messages into cells, encrypts them for their hop and queues them, in one step, so that the running digests
 * match the order on the wire.
 *
 * <p>Threading: guarded by the lock of the circuit.
 */
final class RelaySender {
    /** Most RELAY_EARLY cells of a circuit; relays count too. Spec: tor-spec, "Relay cells". */
    private static final int MAX_RELAY_EARLY = 8;

    private final Channel channel;
    private final PaddingSource padding;
    private final byte[] message = new byte[ClientHopCrypto.BODY_LEN];
    private final byte[] left = new byte[ClientHopCrypto.BODY_LEN];
    private final byte[] right = new byte[ClientHopCrypto.BODY_LEN];
    private int relayEarlyLeft;

    RelaySender(Channel channel, RandomSource random) {
        this.channel = channel;
        this.padding = new PaddingPool(random);
        // One fewer at random, like C tor, lest a late relay learn the length of the path from what is left.
        this.relayEarlyLeft = MAX_RELAY_EARLY - random.nextInt(2);
    }

    /** Whether an EXTEND2 can still be sent. */
    boolean hasRelayEarly() {
        return relayEarlyLeft > 0;
    }

    /** Sends a message at once, whatever waits in the channel's queue. */
    void send(int circuitId, ImmutableList<Hop> hops, int hop, int streamId, RelayMessage what) {
        RelayBody.encode(what, streamId, padding, message, 0);
        channel.send(circuitId, nextCommand(hop, what.command()), encrypt(hops, hop), 0);
    }

    /** Sends DATA for which room in the channel's queue has been taken. */
    void sendData(int circuitId, ImmutableList<Hop> hops, int hop, int streamId, byte[] data, int offset, int length) {
        RelayBody.encode(RelayCommand.DATA, streamId, data, offset, length, padding, message, 0);
        channel.sendReserved(circuitId, nextCommand(hop, RelayCommand.DATA), encrypt(hops, hop), 0);
        hops.get(hop).onDataSent(length);
    }

    /** Forgets what was sent last: nothing more will be. */
    void wipe() {
        Arrays.fill(message, (byte) 0);
        Arrays.fill(left, (byte) 0);
        Arrays.fill(right, (byte) 0);
    }

    /** RELAY_EARLY for EXTEND2, and while there are any for all that isn't meant for the first hop, like C tor. */
    private CellCommand nextCommand(int hop, RelayCommand command) {
        if (relayEarlyLeft == 0 || (hop == 0 && !command.equals(RelayCommand.EXTEND2))) {
            return CellCommand.RELAY;
        }
        relayEarlyLeft--;
        return CellCommand.RELAY_EARLY;
    }

    /** Encrypts the message for its hop and for those before it; what it returns is good until the next message. */
    private byte[] encrypt(ImmutableList<Hop> hops, int hop) {
        byte[] from = left;
        byte[] to = right;
        hops.get(hop).crypto().originate(message, 0, from, 0);
        for (int i = hop - 1; i >= 0; i--) {
            hops.get(i).crypto().passForward(from, 0, to, 0);
            byte[] done = to;
            to = from;
            from = done;
        }
        return from;
    }
}
