package org.onion4j.directory.doc;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Remembers values by the bytes they were made from, so that thousands of equal lines share one value. Each place of
 * the table holds the last value made for it: a look-up takes a time linear in the bytes whatever a hostile document
 * puts there, and what was displaced is only made anew. Not for more than one thread.
 */
final class RangeCache<T> {
    /** Makes a value from text; bytes outside ASCII come as Latin letters. */
    interface Maker<T> {
        T make(String text) throws DocumentException;
    }

    private final byte[][] keys;
    private final Object[] values;
    private final Maker<? extends T> maker;

    /** A table of {@code 2^sizeBits} places. */
    RangeCache(int sizeBits, Maker<? extends T> maker) {
        this.keys = new byte[1 << sizeBits][];
        this.values = new Object[1 << sizeBits];
        this.maker = maker;
    }

    /** The value of the bytes from {@code from} to {@code to}. */
    T get(byte[] text, int from, int to) throws DocumentException {
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = hash * 31 + text[i];
        }
        int place = (hash ^ hash >>> 15) & (keys.length - 1);
        if (!matches(keys[place], text, from, to)) {
            values[place] = maker.make(new String(text, from, to - from, StandardCharsets.ISO_8859_1));
            keys[place] = Arrays.copyOfRange(text, from, to);
        }
        @SuppressWarnings("unchecked") // nothing but what the maker made is put there
        T value = (T) values[place];
        return value;
    }

    private static boolean matches(byte[] key, byte[] text, int from, int to) {
        if (key == null || key.length != to - from) {
            return false;
        }
        for (int i = 0; i < key.length; i++) {
            if (key[i] != text[from + i]) {
                return false;
            }
        }
        return true;
    }
}
