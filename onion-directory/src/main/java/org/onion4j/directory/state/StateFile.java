package org.onion4j.directory.state;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * The form of one file: a line of ASCII {@code onion4j-state VERSION CRC32 LENGTH}, with the check sum of the content in
 * 8 hexadecimal digits and its length in bytes as a decimal number, then the content. The check sum finds accidents; it
 * is the owner of a content who guards against forgery.
 */
final class StateFile {
    static final int VERSION = 1;
    /** Bytes a file may have beyond its content. */
    static final int MAX_HEADER_LEN = 64;

    private static final String MAGIC = "onion4j-state";

    /** Why a file is of no use. Its message says so without quoting the content. */
    static final class DamagedException extends Exception {
        private static final long serialVersionUID = 1L;

        DamagedException(String message) {
            super(message);
        }
    }

    private StateFile() {}

    /** The line before the content, with its line feed. */
    static byte[] header(byte[] content) {
        return String.format(Locale.ROOT, "%s %d %08x %d\n", MAGIC, VERSION, checkSum(content, 0), content.length)
                .getBytes(US_ASCII);
    }

    /** The content of a whole file. */
    static byte[] content(byte[] file) throws DamagedException {
        int end = 0;
        while (end < file.length && end < MAX_HEADER_LEN && file[end] != '\n') {
            end++;
        }
        if (end == file.length || file[end] != '\n') {
            throw new DamagedException("its first line is missing or cut");
        }
        String[] fields = new String(file, 0, end, US_ASCII).split(" ", -1);
        if (fields.length < 2 || !fields[0].equals(MAGIC)) {
            throw new DamagedException("it is no state file");
        }
        if (!fields[1].equals(Integer.toString(VERSION))) {
            throw new DamagedException("it was written by another version of the library");
        }
        String expected = String.format(Locale.ROOT, "%08x %d", checkSum(file, end + 1), file.length - end - 1);
        if (fields.length != 4 || !expected.equals(fields[2] + " " + fields[3])) {
            throw new DamagedException("it is cut or damaged");
        }
        return Arrays.copyOfRange(file, end + 1, file.length);
    }

    private static long checkSum(byte[] bytes, int from) {
        CRC32 crc = new CRC32();
        crc.update(bytes, from, bytes.length - from);
        return crc.getValue();
    }
}
