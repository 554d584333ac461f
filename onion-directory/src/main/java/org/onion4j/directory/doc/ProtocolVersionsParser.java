package org.onion4j.directory.doc;

import java.util.HashMap;
import java.util.Map;

/** Reads protocol lists; see {@link ProtocolVersions}. One pass; the work is linear in the length of the text. */
final class ProtocolVersionsParser {
    private final String list;
    private int at;

    private ProtocolVersionsParser(String list) {
        this.list = list;
    }

    static ProtocolVersions parse(String list) throws DocumentException {
        return new ProtocolVersionsParser(list).entries();
    }

    private ProtocolVersions entries() throws DocumentException {
        Map<String, Long> masks = new HashMap<>();
        while (at < list.length()) {
            int end = list.indexOf(' ', at);
            if (end < 0) {
                end = list.length();
            }
            String name = name(end);
            masks.merge(name, versions(end), (a, b) -> a | b);
            at = end;
            while (at < list.length() && list.charAt(at) == ' ') {
                at++;
            }
        }
        return ProtocolVersions.ofMasks(masks);
    }

    private String name(int end) throws DocumentException {
        int start = at;
        while (at < end && isNameChar(list.charAt(at))) {
            at++;
        }
        if (at == start || at - start > ProtocolVersions.MAX_NAME_LEN || at == end || list.charAt(at) != '=') {
            throw new DocumentException("protocol list: bad name");
        }
        return list.substring(start, at++);
    }

    /** The versions behind the equals sign; none at all is allowed ({@code Fribble=}). */
    private long versions(int end) throws DocumentException {
        long mask = 0;
        while (at < end) {
            int low = number(end);
            int high = low;
            if (at < end && list.charAt(at) == '-') {
                at++;
                high = number(end);
            }
            if (high < low) {
                throw new DocumentException("protocol list: range backwards");
            }
            mask |= (-1L << low) & (-1L >>> (ProtocolVersions.MAX_VERSION - high));
            if (at < end && (list.charAt(at++) != ',' || at == end)) {
                throw new DocumentException("protocol list: bad separator");
            }
        }
        return mask;
    }

    private int number(int end) throws DocumentException {
        int start = at;
        int value = 0;
        while (at < end && list.charAt(at) >= '0' && list.charAt(at) <= '9') {
            value = value * 10 + (list.charAt(at++) - '0');
            if (value > ProtocolVersions.MAX_VERSION) {
                throw new DocumentException("protocol list: version above " + ProtocolVersions.MAX_VERSION);
            }
        }
        if (at == start) {
            throw new DocumentException("protocol list: number missing");
        }
        return value;
    }

    private static boolean isNameChar(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    }
}
