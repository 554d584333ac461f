package org.onion4j.testnet.relay;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.testnet.wire.Wire;
import org.onion4j.testnet.wire.WireListener;

/**
 * A stream to the outside: looks up the name, asks the exit policy, connects, and carries bytes. What the client sends
 * before that is done waits. Spec: tor-spec, "Opening streams and transferring data". On the relay's loop.
 */
final class ExitStream extends EdgeStream implements WireListener {
    /** How long the answer to a BEGIN or RESOLVE may be remembered. */
    static final long TTL_SECONDS = 60;

    private final EdgeStreams streams;
    private final Begin begin;
    private final ByteQueue early = new ByteQueue(); // until there is a wire
    private Wire wire;

    ExitStream(RelayCore core, RelayCircuit circuit, EdgeStreams streams, int streamId, Begin begin) {
        super(core, circuit, streams, streamId);
        this.streams = streams;
        this.begin = begin;
    }

    void open() {
        Optional<InetAddress> literal = literal(begin.address());
        if (literal.isPresent()) {
            connect(literal.get());
        } else if (core().config().exitPolicy().isRejectAll()) {
            fail(EndReason.RESOLVEFAILED); // it looks up no names, so it has no address that its policy could refuse
        } else {
            core().exits().resolve(begin.address().toLowerCase(Locale.ROOT), core().loop(), new Resolved());
        }
    }

    /** An address that is written as one, IPv6 in brackets or without. */
    static Optional<InetAddress> literal(String host) {
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String text = bracketed ? host.substring(1, host.length() - 1) : host;
        boolean literal = text.indexOf('%') < 0 && InetAddresses.isInetAddress(text); // no scopes of this machine
        return literal ? Optional.of(InetAddresses.forString(text)) : Optional.empty();
    }

    private final class Resolved implements ExitConnector.ResolveCallback {
        @Override
        public void onAddresses(ImmutableList<InetAddress> addresses) {
            if (!isEnded()) {
                Optional<InetAddress> choice = choose(addresses);
                if (choice.isPresent()) {
                    connect(choice.get());
                } else {
                    fail(EndReason.RESOLVEFAILED);
                }
            }
        }

        @Override
        public void onFailed(boolean willPass) {
            fail(EndReason.RESOLVEFAILED);
        }
    }

    /**
     * The first address of the family that the client prefers, else of one that it can use at all. Where the exit policy
     * takes just one of both families, the client's preference doesn't count.
     */
    private Optional<InetAddress> choose(ImmutableList<InetAddress> addresses) {
        boolean ipv6Ok = (begin.flags() & Begin.IPV6_OK) != 0;
        boolean ipv4Ok = (begin.flags() & Begin.IPV4_NOT_OK) == 0;
        boolean ipv6First = (begin.flags() & Begin.IPV6_PREFERRED) != 0;
        InetAddress ipv4 = null;
        InetAddress ipv6 = null;
        for (InetAddress address : addresses) {
            if (address instanceof Inet6Address) {
                ipv6 = ipv6 == null && ipv6Ok ? address : ipv6;
            } else {
                ipv4 = ipv4 == null && ipv4Ok ? address : ipv4;
            }
        }
        if (ipv4 == null || ipv6 == null) {
            return Optional.ofNullable(ipv4 == null ? ipv6 : ipv4);
        }
        ExitPolicy policy = core().config().exitPolicy();
        boolean ipv4Accepted = policy.accepts(ipv4, begin.port());
        boolean ipv6Accepted = policy.accepts(ipv6, begin.port());
        return Optional.of((ipv4Accepted == ipv6Accepted ? ipv6First : ipv6Accepted) ? ipv6 : ipv4);
    }

    private void connect(InetAddress address) {
        if (!core().config().exitPolicy().accepts(address, begin.port())) {
            streams.end(this, new End(EndReason.EXITPOLICY, Optional.of(address), OptionalLong.of(TTL_SECONDS)));
            return;
        }
        circuit().trace().connected(address);
        InetSocketAddress target = new InetSocketAddress(address, begin.port());
        core().exits().connect(target, core().loop(), new ExitConnector.ConnectCallback() {
            @Override
            public void onConnected(Wire made) {
                if (isEnded()) {
                    made.close();
                } else {
                    connected(made, address);
                }
            }

            @Override
            public void onFailed(EndReason reason) {
                fail(reason);
            }
        });
    }

    private void connected(Wire made, InetAddress address) {
        wire = made;
        byte[] chunk = new byte[Math.max(1, early.size())];
        int length = early.take(chunk, 0, early.size());
        if (length > 0) {
            wire.write(chunk, 0, length);
        }
        boolean any = address.isAnyLocalAddress();
        circuit().send(streamId(), any ? Connected.withoutAddress() : Connected.to(address, TTL_SECONDS));
        if (!isEnded()) {
            wire.start(this);
            acknowledge();
        }
    }

    private void fail(EndReason reason) {
        if (!isEnded()) {
            streams.end(this, reason);
        }
    }

    // The wire.

    @Override
    public void onBytes(byte[] bytes, int offset, int length) {
        fromFarSide(bytes, offset, length);
    }

    @Override
    public void onDrained() {
        acknowledge();
    }

    @Override
    public void onClosed(Throwable causeOrNull) {
        farSideEnded(causeOrNull == null ? EndReason.DONE : EndReason.CONNRESET);
    }

    // The client.

    @Override
    void toFarSide(byte[] bytes, int offset, int length) {
        if (wire == null) {
            early.add(bytes, offset, length);
        } else {
            wire.write(bytes, offset, length);
        }
    }

    @Override
    int waitingForFarSide() {
        return wire == null ? early.size() : wire.queuedBytes();
    }

    @Override
    boolean isConnected() {
        return wire != null;
    }

    @Override
    void pauseFarSide() {
        wire.pause();
    }

    @Override
    void resumeFarSide() {
        wire.resume();
    }

    @Override
    void closeFarSide() {
        if (wire != null) {
            wire.close();
        }
    }
}
