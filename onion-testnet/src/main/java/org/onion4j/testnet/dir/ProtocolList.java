package org.onion4j.testnet.dir;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ProtocolVersions;

/** Takes lists of subprotocols apart, to count votes on each version. Static methods: any thread. */
final class ProtocolList {
    private ProtocolList() {}

    /** Each version as a list of its own, such as {@code Link=4}. */
    static List<String> expand(ProtocolVersions list) {
        List<String> single = new ArrayList<>();
        for (String entry : list.toString().split(" ", -1)) {
            int equals = entry.indexOf('=');
            if (equals < 0) {
                continue; // the empty list
            }
            String name = entry.substring(0, equals);
            for (String range : entry.substring(equals + 1).split(",", -1)) {
                int dash = range.indexOf('-');
                int low = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
                int high = dash < 0 ? low : Integer.parseInt(range.substring(dash + 1));
                for (int version = low; version <= high; version++) {
                    single.add(name + "=" + version);
                }
            }
        }
        return single;
    }

    /** The list that such parts make, in its canonical form. */
    static String contract(Collection<String> single) {
        StringBuilder list = new StringBuilder();
        String lastName = "";
        TreeSet<String> sorted = new TreeSet<>(ProtocolList::compare);
        sorted.addAll(single);
        for (String one : sorted) {
            int equals = one.indexOf('=');
            String name = one.substring(0, equals);
            if (name.equals(lastName)) {
                list.append(',').append(one, equals + 1, one.length());
            } else {
                list.append(list.length() == 0 ? "" : " ").append(one);
            }
            lastName = name;
        }
        return parse(list.toString()).toString();
    }

    private static int compare(String a, String b) {
        int byName = a.substring(0, a.indexOf('=')).compareTo(b.substring(0, b.indexOf('=')));
        return byName != 0
                ? byName
                : Integer.compare(
                        Integer.parseInt(a.substring(a.indexOf('=') + 1)),
                        Integer.parseInt(b.substring(b.indexOf('=') + 1)));
    }

    /** A list that is a constant of ours. */
    static ProtocolVersions parse(String list) {
        try {
            return ProtocolVersions.parse(list);
        } catch (DocumentException e) {
            throw new IllegalArgumentException("bad list of subprotocols: " + list, e);
        }
    }
}
