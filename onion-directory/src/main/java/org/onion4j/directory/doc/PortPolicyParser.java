package org.onion4j.directory.doc;

import com.google.common.primitives.ImmutableIntArray;

/** Reads port policy summaries; see {@link PortPolicy}. One pass; the work is linear in the length of the text. */
final class PortPolicyParser {
    /** As many entries as a summary of the longest legal length (1000 characters) can hold. */
    static final int MAX_ENTRIES = 1000;

    private final String text;
    private int at;

    private PortPolicyParser(String text, int at) {
        this.text = text;
        this.at = at;
    }

    static PortPolicy parse(String summary) throws DocumentException {
        if (summary.startsWith("accept ")) {
            return new PortPolicy(PortPolicy.Verdict.ACCEPT, new PortPolicyParser(summary, 7).ranges());
        } else if (summary.startsWith("reject ")) {
            return new PortPolicy(PortPolicy.Verdict.REJECT, new PortPolicyParser(summary, 7).ranges());
        }
        throw new DocumentException("port policy: neither accept nor reject");
    }

    private int[] ranges() throws DocumentException {
        ImmutableIntArray.Builder ranges = ImmutableIntArray.builder();
        int count = 0;
        while (at < text.length()) {
            if (!isDigit(text.charAt(at))) { // a word of the future, or nothing between two commas
                int comma = text.indexOf(',', at);
                at = comma < 0 ? text.length() : comma + 1;
                continue;
            }
            int low = port();
            int high = low;
            if (at < text.length() && text.charAt(at) == '-') {
                at++;
                high = port();
            }
            if (high < low || (at < text.length() && text.charAt(at++) != ',') || ++count > MAX_ENTRIES) {
                throw new DocumentException("port policy: bad entry");
            }
            ranges.add(low);
            ranges.add(high);
        }
        if (count == 0) {
            throw new DocumentException("port policy: no port");
        }
        return ranges.build().toArray();
    }

    private int port() throws DocumentException {
        int value = 0;
        int start = at;
        while (at < text.length() && isDigit(text.charAt(at)) && value <= 65535) {
            value = value * 10 + (text.charAt(at++) - '0');
        }
        if (at == start || value < 1 || value > 65535) {
            throw new DocumentException("port policy: bad port");
        }
        return value;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
