package org.onion4j.circuit;

import com.google.common.collect.ImmutableList;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.Consumer;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.message.PaddingSource;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.random.RandomnessException;
import org.onion4j.crypto.relay.ClientHopCrypto;

/**
 * Puts relay messages into cells, encrypts them for their hop and queues them, in one step, so that the running digests
 * match the order on the wire. What the application causes message by message, such as an END for each stream that it
 * closes, stays here unencrypted while very much waits in the channel's queue: that queue's bound is meant for a relay
 * that doesn't read.
 *
 * <p>Threading: guarded by the lock of the circuit.
 */
final class RelaySender {
    /** Most RELAY_EARLY cells of a circuit; relays count too. Spec: tor-spec, "Relay cells". */
    private static final int MAX_RELAY_EARLY = 8;

    private final Channel channel;
    private final Consumer<RandomnessException> onFailure;
    private final Runnable flushUnderLock;
    private final PaddingSource padding;
    private final byte[] message = new byte[ClientHopCrypto.BODY_LEN];
    private final byte[] left = new byte[ClientHopCrypto.BODY_LEN];
    private final byte[] right = new byte[ClientHopCrypto.BODY_LEN];
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private int relayEarlyLeft;
    private int circuitId;
    private ImmutableList<Hop> hops = ImmutableList.of();
    private boolean ended;

    private record Waiting(int hop, int streamId, RelayMessage what, Runnable sent) {}

    /**
     * A sender for a circuit.
     *
     * @param onFailure gets, with the lock held, what kept a message from being sent; it closes the circuit
     * @param flushUnderLock takes the lock and calls {@link #flush}
     */
    RelaySender(
            Channel channel, RandomSource random, Consumer<RandomnessException> onFailure, Runnable flushUnderLock) {
        this.channel = channel;
        this.onFailure = onFailure;
        this.flushUnderLock = flushUnderLock;
        this.padding = new PaddingPool(random);
        // One fewer at random, like C tor, lest a late relay learn the length of the path from what is left.
        this.relayEarlyLeft = MAX_RELAY_EARLY - random.nextInt(2);
    }

    /** What the circuit has now. */
    void use(int circuit, ImmutableList<Hop> allHops) {
        circuitId = circuit;
        hops = allHops;
    }

    /** Whether an EXTEND2 can still be sent. */
    boolean hasRelayEarly() {
        return relayEarlyLeft > 0;
    }

    /** Sends a message at once, whatever waits in the channel's queue. */
    void send(int hop, int streamId, RelayMessage what) {
        if (ended) {
            return;
        }
        try {
            sendNow(hop, streamId, what);
        } catch (RandomnessException e) {
            onFailure.accept(e);
        }
    }

    /**
     * Sends a message, or keeps it until the channel has room; those that are sent so keep their order.
     *
     * @param sent runs when it has been sent, with the lock held
     */
    void sendInTurn(int hop, int streamId, RelayMessage what, Runnable sent) {
        if (ended) {
            return;
        }
        waiting.add(new Waiting(hop, streamId, what, sent));
        if (waiting.size() == 1) {
            flush();
        }
    }

    /** How many messages are kept. */
    int waitingCount() {
        return waiting.size();
    }

    /** Sends what was kept, as far as there is room for it now. */
    void flush() {
        try {
            while (!waiting.isEmpty() && channel.isCalm()) {
                Waiting next = waiting.remove();
                sendNow(next.hop(), next.streamId(), next.what());
                next.sent().run();
            }
        } catch (RandomnessException e) {
            onFailure.accept(e);
        }
        if (!waiting.isEmpty()) {
            channel.whenCalm(flushUnderLock);
        }
    }

    private void sendNow(int hop, int streamId, RelayMessage what) {
        RelayBody.encode(what, streamId, padding, message, 0);
        channel.send(circuitId, nextCommand(hop, what.command()), encrypt(hop), 0);
    }

    /**
     * Sends DATA for which room in the channel's queue has been taken.
     *
     * @return false if it has not been sent, nor the room been used, for the circuit is closed
     */
    boolean sendData(int hop, int streamId, byte[] data, int offset, int length) {
        if (ended) {
            return false;
        }
        try {
            RelayBody.encode(RelayCommand.DATA, streamId, data, offset, length, padding, message, 0);
            CellCommand command = nextCommand(hop, RelayCommand.DATA);
            byte[] encrypted = encrypt(hop);
            hops.get(hop).onDataSent(length);
            channel.sendReserved(circuitId, command, encrypted, 0); // last: if anything fails, the room is not used
            return true;
        } catch (RandomnessException e) {
            onFailure.accept(e);
            return false;
        }
    }

    /** Sends nothing more, and forgets what was sent last and what waits. */
    void end() {
        ended = true;
        waiting.clear();
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
    private byte[] encrypt(int hop) {
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
