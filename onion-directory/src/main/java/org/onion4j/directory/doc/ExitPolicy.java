package org.onion4j.directory.doc;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.Immutable;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import org.onion4j.crypto.bytes.Bytes;

/**
 * To which addresses and ports a relay lets streams exit: rules of which the first that fits decides, and which let
 * through what none fits. Immutable. Spec: dir-spec, "accept" and "reject" lines of server descriptors.
 *
 * @param rules in their order
 */
@Immutable
public record ExitPolicy(ImmutableList<Rule> rules) {
    /** Lets nothing through. */
    public static final ExitPolicy REJECT_ALL =
            new ExitPolicy(ImmutableList.of(new Rule(Verdict.REJECT, Range.ANY, 1, 65535)));
    /** Lets everything through. */
    public static final ExitPolicy ACCEPT_ALL =
            new ExitPolicy(ImmutableList.of(new Rule(Verdict.ACCEPT, Range.ANY, 1, 65535)));

    /** What a rule says of what it fits. */
    public enum Verdict {
        ACCEPT("accept"),
        REJECT("reject");

        private final String keyword;

        Verdict(String keyword) {
            this.keyword = keyword;
        }

        /** The keyword of such a line. */
        public String keyword() {
            return keyword;
        }
    }

    /**
     * Addresses that begin with the same bits.
     *
     * @param address 4 or 16 bytes, or none for all addresses of both kinds
     * @param bits how many of its bits count
     */
    @Immutable
    public record Range(Bytes address, int bits) {
        /** All addresses. */
        public static final Range ANY = new Range(Bytes.EMPTY, 0);

        /** Whether an address of 4 or 16 bytes is in it. */
        boolean contains(Bytes other) {
            if (address.isEmpty()) {
                return true;
            }
            if (other.size() != address.size()) {
                return false;
            }
            for (int i = 0; i < bits; i++) {
                if (((address.get(i / 8) ^ other.get(i / 8)) >> (7 - i % 8) & 1) != 0) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public String toString() {
            if (address.isEmpty()) {
                return "*";
            }
            String host = AddressText.toText(address);
            return (address.size() == 4 ? host : "[" + host + "]") + (bits == 8 * address.size() ? "" : "/" + bits);
        }
    }

    /**
     * A rule.
     *
     * @param low the lowest port it fits, from 1
     * @param high the highest, to 65535
     */
    @Immutable
    public record Rule(Verdict verdict, Range addresses, int low, int high) {
        /** The line as it stands in a document. */
        @Override
        public String toString() {
            String ports = low == 1 && high == 65535 ? "*" : low == high ? Integer.toString(low) : low + "-" + high;
            return verdict.keyword() + " " + addresses + ":" + ports;
        }
    }

    /**
     * Reads lines such as {@code accept 192.0.2.0/24:80-90}. {@code private} stands for the ranges of private networks.
     *
     * @throws DocumentException if one isn't of that form
     */
    public static ExitPolicy parse(List<String> lines) throws DocumentException {
        ImmutableList.Builder<Rule> rules = ImmutableList.builder();
        for (String line : lines) {
            int space = line.indexOf(' ');
            String keyword = space < 0 ? line : line.substring(0, space);
            ExitPolicyParser.rule(keyword, space < 0 ? "" : line.substring(space + 1), rules);
        }
        return new ExitPolicy(rules.build());
    }

    /** Whether a stream to this address and port, from 1 to 65535, may leave. */
    public boolean allows(InetAddress address, int port) {
        Bytes raw = Bytes.copyOf(address.getAddress());
        for (Rule rule : rules) {
            if (port >= rule.low() && port <= rule.high() && rule.addresses().contains(raw)) {
                return rule.verdict() == Verdict.ACCEPT;
            }
        }
        return true;
    }

    /**
     * The ports that it lets through to most addresses of a kind. Spec: dir-spec, "p" lines of votes.
     *
     * @param kind Inet4Address or Inet6Address
     */
    public PortPolicy summary(Class<? extends InetAddress> kind) {
        return ExitPolicySummary.of(this, kind == Inet4Address.class ? 4 : 16);
    }
}
