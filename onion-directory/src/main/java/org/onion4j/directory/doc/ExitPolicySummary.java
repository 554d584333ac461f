package org.onion4j.directory.doc;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Sums up an exit policy by ports: a port counts as open if a rule accepts it for all addresses before others have
 * rejected it for too many. Rules about private networks don't count. Spec: dir-spec, "p" lines of votes.
 */
final class ExitPolicySummary {
    /** The most characters of a summary. */
    private static final int MAX_LEN = 1000;
    /** Rejected for as many IPv4 addresses as two /8 networks have, a port is closed; likewise for IPv6 with a /16. */
    private static final int IPV4_CUTOFF_BITS = 7;

    private static final int IPV6_CUTOFF_BITS = 16;

    /** A range of ports of which all are judged alike. */
    private static final class Ports {
        final int low;
        final int high;
        double rejected; // in parts of all addresses; sums of powers of two, so exact as far as it matters
        boolean accepted;

        Ports(int low, int high) {
            this.low = low;
            this.high = high;
        }
    }

    private ExitPolicySummary() {}

    static PortPolicy of(ExitPolicy policy, int addressLen) {
        List<ExitPolicy.Rule> rules = new ArrayList<>();
        TreeSet<Integer> starts = new TreeSet<>();
        starts.add(1);
        for (ExitPolicy.Rule rule : policy.rules()) {
            int size = rule.addresses().address().size();
            if (size == 0 || size == addressLen) {
                rules.add(rule);
                starts.add(rule.low());
                starts.add(rule.high() + 1);
            }
        }
        starts.remove(65536);
        List<Ports> ranges = new ArrayList<>();
        for (int start : starts) {
            Integer next = starts.higher(start);
            ranges.add(new Ports(start, next == null ? 65535 : next - 1));
        }
        double cutoff = Math.scalb(1.0, -(addressLen == 4 ? IPV4_CUTOFF_BITS : IPV6_CUTOFF_BITS));
        for (ExitPolicy.Rule rule : rules) {
            apply(rule, ranges, cutoff);
        }
        return shorter(texts(ranges, true), texts(ranges, false));
    }

    private static void apply(ExitPolicy.Rule rule, List<Ports> ranges, double cutoff) {
        boolean accept = rule.verdict() == ExitPolicy.Verdict.ACCEPT;
        int bits = rule.addresses().bits();
        if (accept ? bits != 0 : ExitPolicyParser.PRIVATE.contains(rule.addresses())) {
            return;
        }
        for (Ports ports : ranges) {
            if (ports.low < rule.low() || ports.high > rule.high()) {
                continue;
            }
            if (!accept) {
                ports.rejected += Math.scalb(1.0, -bits);
            } else if (ports.rejected <= cutoff) {
                ports.accepted = true;
            }
        }
    }

    /** The ranges that are open, or closed, neighbours joined. */
    private static List<int[]> texts(List<Ports> ranges, boolean accepted) {
        List<int[]> joined = new ArrayList<>();
        for (Ports ports : ranges) {
            if (ports.accepted != accepted) {
                continue;
            }
            int[] last = joined.isEmpty() ? null : joined.get(joined.size() - 1);
            if (last != null && last[1] + 1 == ports.low) {
                last[1] = ports.high;
            } else {
                joined.add(new int[] {ports.low, ports.high});
            }
        }
        return joined;
    }

    private static PortPolicy shorter(List<int[]> accepts, List<int[]> rejects) {
        if (accepts.isEmpty()) {
            return PortPolicy.REJECT_ALL;
        }
        if (rejects.isEmpty()) {
            return PortPolicy.ACCEPT_ALL;
        }
        PortPolicy accept = policy(PortPolicy.Verdict.ACCEPT, accepts);
        PortPolicy reject = policy(PortPolicy.Verdict.REJECT, rejects);
        int acceptLen = accept.toString().length();
        int rejectLen = reject.toString().length();
        if (acceptLen > MAX_LEN && rejectLen > MAX_LEN) {
            List<int[]> kept = accepts;
            while (policy(PortPolicy.Verdict.ACCEPT, kept).toString().length() > MAX_LEN) {
                kept = kept.subList(0, kept.size() - 1);
            }
            return policy(PortPolicy.Verdict.ACCEPT, kept);
        }
        return rejectLen < acceptLen ? reject : accept;
    }

    private static PortPolicy policy(PortPolicy.Verdict verdict, List<int[]> ranges) {
        int[] flat = new int[2 * ranges.size()];
        for (int i = 0; i < ranges.size(); i++) {
            flat[2 * i] = ranges.get(i)[0];
            flat[2 * i + 1] = ranges.get(i)[1];
        }
        return new PortPolicy(verdict, flat);
    }
}
