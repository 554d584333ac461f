package org.onion4j.testnet.relay;

import com.google.common.collect.ImmutableList;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import org.onion4j.circuit.message.Resolved;
import org.onion4j.crypto.bytes.Bytes;

/**
 * The answer to one RESOLVE: one address of each family of a name, the name of an address (asked for as in-addr.arpa or
 * ip6.arpa), or an error. Spec: tor-spec, "Remote hostname lookup". On the relay's loop.
 */
final class Resolution implements ExitConnector.ResolveCallback, ExitConnector.ReverseCallback {
    private static final String IPV4_SUFFIX = ".in-addr.arpa";
    private static final String IPV6_SUFFIX = ".ip6.arpa";
    private static final int IPV6_NIBBLES = 32;
    /** What one byte can tell the length of. */
    private static final int MAX_NAME_LEN = 255;

    private final RelayCore core;
    private final RelayCircuit circuit;
    private final EdgeStreams streams;
    private final int streamId;

    Resolution(RelayCore core, RelayCircuit circuit, EdgeStreams streams, int streamId) {
        this.core = core;
        this.circuit = circuit;
        this.streams = streams;
        this.streamId = streamId;
    }

    int streamId() {
        return streamId;
    }

    void begin(String question) {
        String name = question.toLowerCase(Locale.ROOT);
        Optional<InetAddress> literal = ExitStream.literal(name);
        if (literal.isPresent()) {
            onAddresses(ImmutableList.of(literal.get()));
        } else if (core.config().exitPolicy().isRejectAll()) {
            onFailed(false);
        } else if (name.endsWith(IPV4_SUFFIX) || name.endsWith(IPV6_SUFFIX)) {
            Optional<InetAddress> address = reversed(name);
            if (address.isPresent()) {
                core.exits().reverse(address.get(), core.loop(), this);
            } else {
                onFailed(false);
            }
        } else {
            core.exits().resolve(name, core.loop(), this);
        }
    }

    /** The address that a name below arpa stands for. */
    static Optional<InetAddress> reversed(String name) {
        String[] labels;
        String text;
        if (name.endsWith(IPV4_SUFFIX)) {
            labels = name.substring(0, name.length() - IPV4_SUFFIX.length()).split("\\.", -1);
            if (labels.length != 4) {
                return Optional.empty();
            }
            text = labels[3] + "." + labels[2] + "." + labels[1] + "." + labels[0];
        } else {
            labels = name.substring(0, name.length() - IPV6_SUFFIX.length()).split("\\.", -1);
            if (labels.length != IPV6_NIBBLES) {
                return Optional.empty();
            }
            StringBuilder groups = new StringBuilder();
            for (int i = labels.length - 1; i >= 0; i--) {
                groups.append(labels[i].length() == 1 ? labels[i] : "x").append(i > 0 && i % 4 == 0 ? ":" : "");
            }
            text = groups.toString();
        }
        return ExitStream.literal(text);
    }

    @Override
    public void onAddresses(ImmutableList<InetAddress> addresses) {
        ImmutableList.Builder<Resolved.Answer> answers = ImmutableList.builder();
        addresses.stream().filter(Inet4Address.class::isInstance).findFirst().ifPresent(a -> answers.add(answer(a)));
        addresses.stream().filter(Inet6Address.class::isInstance).findFirst().ifPresent(a -> answers.add(answer(a)));
        answer(new Resolved(answers.build()));
    }

    private static Resolved.Answer answer(InetAddress address) {
        return Resolved.Answer.of(address, ExitStream.TTL_SECONDS);
    }

    @Override
    public void onName(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME_LEN) {
            onFailed(false);
            return;
        }
        answer(new Resolved(ImmutableList.of(Resolved.Answer.of(name, ExitStream.TTL_SECONDS))));
    }

    @Override
    public void onFailed(boolean willPass) {
        answer(error(willPass ? Resolved.ERROR_TRANSIENT : Resolved.ERROR_NONTRANSIENT));
    }

    /** Says that there is no answer. */
    static Resolved error(int type) {
        return new Resolved(ImmutableList.of(new Resolved.Answer(type, Bytes.EMPTY, ExitStream.TTL_SECONDS)));
    }

    private void answer(Resolved message) {
        if (streams.finish(this)) {
            circuit.send(streamId, message);
        }
    }
}
