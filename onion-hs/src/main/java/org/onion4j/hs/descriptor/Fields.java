package org.onion4j.hs.descriptor;

import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.UnsignedLong;
import java.util.HashSet;
import java.util.Set;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.cert.Ed25519Certificate;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ItemReader;

/** Walks through the items of a layer: each known one at most once, unknown ones passed over. Not for more than one thread. */
final class Fields {
    private static final String CERTIFICATE = "ED25519 CERT";
    private static final int MAX_COUNTER_DIGITS = 20;

    final ItemReader in;
    private final ImmutableSet<String> repeatable;
    private final Set<String> seen = new HashSet<>();
    private String keyword = "";

    /** @param repeatable keywords that may come more than once */
    Fields(byte[] text, int from, int to, String... repeatable) {
        this.in = new ItemReader(text, from, to);
        this.repeatable = ImmutableSet.copyOf(repeatable);
    }

    /** Steps to the next item. */
    boolean next() throws DocumentException {
        if (!in.next()) {
            return false;
        }
        keyword = in.keyword();
        return true;
    }

    /** The keyword of the current item. */
    String keyword() {
        return keyword;
    }

    /** Notes that the current item was understood; twice is a fault. */
    void take() throws DocumentException {
        if (!seen.add(keyword) && !repeatable.contains(keyword)) {
            throw in.fault(keyword + " twice");
        }
    }

    /** The same for an item without object. */
    void takeLine() throws DocumentException {
        take();
        in.expectNoObject();
    }

    /** The first item, which must be this one. */
    void expectFirst(String first) throws DocumentException {
        if (!next() || !keyword.equals(first)) {
            throw in.fault(first + " is not the first line");
        }
    }

    /** That all of these have come. */
    void require(String... keywords) throws DocumentException {
        for (String one : keywords) {
            if (!seen.contains(one)) {
                throw in.fault(one + " missing");
            }
        }
    }

    Ed25519Certificate certificate() throws DocumentException {
        try {
            return Ed25519Certificate.decode(in.object(CERTIFICATE));
        } catch (WireFormatException e) {
            throw in.fault(e.getMessage());
        }
    }

    /** The next argument as a number of 64 bits. */
    UnsignedLong unsignedLong(String field) throws DocumentException {
        String digits = in.text(field);
        boolean number = digits.length() <= MAX_COUNTER_DIGITS;
        for (int i = 0; i < digits.length(); i++) {
            number &= digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
        }
        try {
            if (number) {
                return UnsignedLong.valueOf(digits);
            }
        } catch (NumberFormatException e) {
            // too large: as below
        }
        throw in.fault(field + " is no number of 64 bits");
    }
}
