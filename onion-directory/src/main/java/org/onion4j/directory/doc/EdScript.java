package org.onion4j.directory.doc;

import java.util.Arrays;

/**
 * The part of the ed language that consensus diffs use: {@code a}, {@code c} and {@code d} commands that go from the end
 * of the text to its beginning. The result is written from its end, so that each byte is looked at and copied a fixed
 * number of times. Used once, by one thread. Spec: dir-spec, "Limited ed diff format".
 */
final class EdScript {
    private static final int MAX_COMMAND_LEN = 127;

    private final byte[] base;
    private final byte[] script;
    private final byte[] out;
    private int outAt; // what is behind here is written
    private int baseEnd; // end of the lines of the base that are not yet dealt with
    private int baseLines; // and their number
    private final int allLines;
    private int at; // in the script
    private int line; // of the script, at `at`

    private EdScript(byte[] base, byte[] script, int from, int line) throws DocumentException {
        if ((base.length > 0 && base[base.length - 1] != '\n')
                || (script.length > from && script[script.length - 1] != '\n')) {
            throw new DocumentException("no line feed at the end");
        }
        this.base = base;
        this.script = script;
        this.at = from;
        this.line = line;
        this.out = new byte[base.length + script.length - from];
        this.outAt = out.length;
        this.baseEnd = base.length;
        int lines = 0;
        for (byte b : base) {
            lines += b == '\n' ? 1 : 0;
        }
        this.baseLines = lines;
        this.allLines = lines;
    }

    /**
     * Applies the commands that stand in {@code script} from {@code from} on.
     *
     * @param line the number of the first line there, for error texts
     */
    static byte[] apply(byte[] base, byte[] script, int from, int line) throws DocumentException {
        return new EdScript(base, script, from, line).run();
    }

    private byte[] run() throws DocumentException {
        while (at < script.length) {
            command();
        }
        keepDownTo(0);
        return Arrays.copyOfRange(out, outAt, out.length);
    }

    private void command() throws DocumentException {
        int end = at;
        while (script[end] != '\n') {
            end++;
        }
        if (end - at > MAX_COMMAND_LEN) {
            throw fault("command too long");
        }
        int start = number(end);
        int last = start;
        boolean range = script[at] == ',';
        boolean toEnd = range && script[at + 1] == '$';
        if (toEnd) {
            at += 2;
            last = allLines;
        } else if (range) {
            at++;
            last = number(end);
        }
        if (at != end - 1) {
            throw fault("no command of one letter");
        }
        char action = (char) script[at];
        boolean sensible = switch (action) {
            case 'a' -> !range;
            case 'c' -> !toEnd && start >= 1 && (!range || last > start);
            case 'd' -> start >= 1 && (toEnd ? last >= start : !range || last > start);
            default -> false;
        };
        if (!sensible) {
            throw fault("no such command");
        }
        if (last > baseLines) {
            throw fault("lines out of order, or not there");
        }
        at = end + 1;
        line++;
        keepDownTo(last);
        if (action != 'a') {
            dropDownTo(start - 1);
        }
        if (action != 'd') {
            insertBlock();
        }
    }

    private int number(int end) throws DocumentException {
        long value = 0;
        int from = at;
        while (at < end && script[at] >= '0' && script[at] <= '9' && value <= Integer.MAX_VALUE) {
            value = value * 10 + (script[at++] - '0');
        }
        if (at == from || value > Integer.MAX_VALUE) {
            throw fault("line number missing or too high");
        }
        return (int) value;
    }

    /** Keeps the lines of the base behind line {@code count}. */
    private void keepDownTo(int count) {
        int end = baseEnd;
        dropDownTo(count);
        int length = end - baseEnd;
        outAt -= length;
        System.arraycopy(base, baseEnd, out, outAt, length);
    }

    /** Leaves out the lines of the base behind line {@code count}. */
    private void dropDownTo(int count) {
        while (baseLines > count) {
            baseEnd--; // over the line feed
            while (baseEnd > 0 && base[baseEnd - 1] != '\n') {
                baseEnd--;
            }
            baseLines--;
        }
    }

    /** Puts the lines up to the next one with just a dot. */
    private void insertBlock() throws DocumentException {
        int from = at;
        while (true) {
            if (at >= script.length) {
                throw fault("block without end");
            }
            int start = at;
            while (script[at] != '\n') {
                at++;
            }
            at++;
            line++;
            if (at - start == 2 && script[start] == '.') {
                int length = start - from;
                if (length == 0) {
                    throw fault("empty block");
                }
                outAt -= length;
                System.arraycopy(script, from, out, outAt, length);
                return;
            }
        }
    }

    private DocumentException fault(String what) {
        return new DocumentException(line, what);
    }
}
