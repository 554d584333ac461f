package org.onion4j.api.internal.engine;

import java.net.InetAddress;

/** The names under which the names of addresses are looked up. Spec: tor-spec, "Remote hostname lookup". */
final class ReverseNames {
    private static final String HEX = "0123456789abcdef";

    private ReverseNames() {}

    /** A name under in-addr.arpa or ip6.arpa. */
    static String of(InetAddress address) {
        byte[] bytes = address.getAddress();
        StringBuilder name = new StringBuilder();
        for (int i = bytes.length - 1; i >= 0; i--) {
            int value = bytes[i] & 0xff;
            if (bytes.length == 4) {
                name.append(value).append('.');
            } else {
                name.append(HEX.charAt(value & 0xf))
                        .append('.')
                        .append(HEX.charAt(value >>> 4))
                        .append('.');
            }
        }
        return name.append(bytes.length == 4 ? "in-addr.arpa" : "ip6.arpa").toString();
    }
}
