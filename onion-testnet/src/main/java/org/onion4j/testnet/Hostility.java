package org.onion4j.testnet;

import java.net.InetAddress;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * How a relay breaks the rules of the protocol, message by message: it sees each cell and each message of its circuits, and
 * says what the relay does with it. Some are ready-made; any other is a lambda.
 *
 * <pre>{@code
 * exit.hostile(Hostility.lyingAddress(InetAddress.getLoopbackAddress()));
 * exit.hostile(passing -> passing.isFromRelay("CONNECTED")
 *         ? Reaction.drop().after(Duration.ofSeconds(30), Forgery.message("END", passing.streamId(), new byte[] {1}))
 *         : Reaction.pass());
 * }</pre>
 *
 * <p>Threading: called on the relay's loop, one call at a time for a relay, and must not block. One that throws lets the
 * message pass, and the network's {@linkplain TestNetwork#report report} says so. The ready-made ones serve one relay each.
 */
@FunctionalInterface
public interface Hostility {
    /**
     * What the relay does with what comes by.
     *
     * @return never null
     */
    Reaction meet(Passing passing);

    /** The same, but for what doesn't fit: that passes. */
    default Hostility onlyFor(Predicate<Passing> which) {
        Objects.requireNonNull(which, "which");
        return passing -> which.test(passing) ? meet(passing) : Reaction.pass();
    }

    /** Sends each message of its own, EXTENDED2 as well as DATA, with a digest that is wrong: no hop seems to have sent it. */
    static Hostility wrongDigest() {
        return Hostilities.wrongDigest();
    }

    /** Answers every CREATE2 with the CREATED2 of the first. */
    static Hostility replayedHandshake() {
        return Hostilities.replayedHandshake();
    }

    /** Sends every CREATED2 of its own twice. */
    static Hostility unexpectedCreated2() {
        return Hostilities.unexpectedCreated2();
    }

    /**
     * As soon as an exit stream is open, sends full DATA messages on it that no window has room for.
     *
     * @param messages how many: the windows of a stream let 500 pass, those of a circuit 1000
     */
    static Hostility flood(int messages) {
        return Hostilities.flood(messages);
    }

    /** As soon as an exit stream is open, sends DATA on another one that the client has never opened. */
    static Hostility dataOnUnknownStream() {
        return Hostilities.dataOnUnknownStream();
    }

    /** Claims to have connected to another address than it has, and answers look-ups with that address. */
    static Hostility lyingAddress(InetAddress address) {
        return Hostilities.lyingAddress(address);
    }
}
