package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.Immutable;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import org.onion4j.circuit.linkspec.IpAddresses;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * RESOLVED: the answers to a RESOLVE. Spec: tor-spec, "Remote hostname lookup". Data: any number of answers, each type 1
 * byte, length 1 byte, value, TTL 4 bytes, up to the end. Answers of unknown type are kept.
 *
 * @param answers in the relay's order, perhaps none
 */
public record Resolved(ImmutableList<Answer> answers) implements RelayMessage {
    public static final int HOSTNAME = 0x00;
    public static final int IPV4 = 0x04;
    public static final int IPV6 = 0x06;
    /** Trying again may help. */
    public static final int ERROR_TRANSIENT = 0xf0;
    /** Trying again won't help. */
    public static final int ERROR_NONTRANSIENT = 0xf1;

    /**
     * One answer.
     *
     * @param type one of the constants of {@link Resolved}, or another number up to 255
     * @param value 4 bytes of an IPv4 address, 16 of an IPv6 address, at least 1 of a host name; at most 255
     * @param ttlSeconds how long the answer may be remembered, 0 to 2^32 - 1
     */
    @Immutable
    public record Answer(int type, Bytes value, long ttlSeconds) {
        public Answer {
            checkArgument(type >= 0 && type <= 0xff, "answer type %s", type);
            checkArgument(hasRightSize(type, value.size()), "answer of type %s and %s bytes", type, value.size());
            checkArgument(ttlSeconds >= 0 && ttlSeconds <= 0xffffffffL, "TTL %s", ttlSeconds);
        }

        /** An IPv4 or IPv6 address. */
        public static Answer of(InetAddress address, long ttlSeconds) {
            Bytes value = Bytes.copyOf(address.getAddress());
            return new Answer(value.size() == IpAddresses.IPV4_LEN ? IPV4 : IPV6, value, ttlSeconds);
        }

        /** A host name in ASCII. */
        public static Answer of(String hostname, long ttlSeconds) {
            return new Answer(HOSTNAME, Bytes.copyOf(hostname.getBytes(StandardCharsets.US_ASCII)), ttlSeconds);
        }

        static Answer read(WireReader in) throws WireFormatException {
            int type = in.u8("answer type");
            Bytes value = in.bytes(in.u8("answer length"), "answer");
            if (!hasRightSize(type, value.size())) {
                throw new WireFormatException("answer of type " + type + " has " + value.size() + " bytes");
            }
            return new Answer(type, value, in.u32("TTL"));
        }

        private static boolean hasRightSize(int type, int size) {
            return switch (type) {
                case HOSTNAME -> size >= 1 && size <= 0xff;
                case IPV4 -> size == IpAddresses.IPV4_LEN;
                case IPV6 -> size == IpAddresses.IPV6_LEN;
                default -> size <= 0xff;
            };
        }

        /** The address, if this is one. */
        public Optional<InetAddress> address() {
            return switch (type) {
                case IPV4 -> Optional.of(IpAddresses.ipv4(value));
                case IPV6 -> Optional.of(IpAddresses.ipv6(value));
                default -> Optional.empty();
            };
        }

        /** The host name, if this is one: a character a byte, and whatever the relay put there. */
        public Optional<String> hostname() {
            return type == HOSTNAME
                    ? Optional.of(new String(value.toArray(), StandardCharsets.ISO_8859_1))
                    : Optional.empty();
        }

        boolean isError() {
            return type == ERROR_TRANSIENT || type == ERROR_NONTRANSIENT;
        }

        void write(WireWriter out) {
            out.u8(type).u8(value.size()).bytes(value).u32(ttlSeconds);
        }

        /** Without the value, which must not get into a log by accident. */
        @Override
        public String toString() {
            return "Answer[type=" + type + "]";
        }
    }

    /** Says that there is no answer. */
    public static Resolved error(int type) {
        Answer answer = new Answer(type, Bytes.EMPTY, 0);
        checkArgument(answer.isError(), "%s is not an error", type);
        return new Resolved(ImmutableList.of(answer));
    }

    static Resolved decode(WireReader in) throws WireFormatException {
        ImmutableList.Builder<Answer> answers = ImmutableList.builder();
        while (in.remaining() > 0) {
            answers.add(Answer.read(in));
        }
        return new Resolved(answers.build());
    }

    /**
     * {@link #ERROR_TRANSIENT} or {@link #ERROR_NONTRANSIENT}, whichever comes last; nothing if there is neither, or if
     * there is any address or name, which then counts.
     */
    public OptionalInt error() {
        OptionalInt error = OptionalInt.empty();
        for (Answer answer : answers) {
            if (answer.address().isPresent() || answer.hostname().isPresent()) {
                return OptionalInt.empty();
            }
            if (answer.isError()) {
                error = OptionalInt.of(answer.type());
            }
        }
        return error;
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.RESOLVED;
    }

    @Override
    public void encode(WireWriter out) {
        answers.forEach(answer -> answer.write(out));
    }
}
