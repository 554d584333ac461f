package org.onion4j.directory.doc;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * Walks through the items of a document: a keyword line each, perhaps with an object under it. Looks at each byte a
 * fixed number of times and copies none unless a value is asked for. Spec: dir-spec, "Document meta-format". Every line
 * must end with a line feed, none may hold a NUL or be longer than {@link #MAX_LINE_LEN}. Not for more than one thread.
 *
 * <p>Use: {@link #next} steps to an item; the arguments of its line are taken in order with the {@code arg} methods;
 * an object under it is taken with {@link #object}, refused with {@link #expectNoObject}, or else passed over.
 */
public final class ItemReader {
    /** The longest line in bytes, without its line feed. */
    public static final int MAX_LINE_LEN = 128 * 1024;
    /** The longest object in bytes, in base64. */
    public static final int MAX_OBJECT_LEN = 128 * 1024;

    private static final byte[] BEGIN = ascii("-----BEGIN ");
    private static final byte[] END = ascii("-----END ");
    private static final byte[] DASHES = ascii("-----");

    private final byte[] text;
    private final int limit;
    private int nextAt; // start of the line behind the current one
    private int nextLine; // and its number
    private int keywordAt;
    private int keywordEnd;
    private int lineEnd; // where the line feed is
    private int line;
    private int argAt; // the argument last stepped to, and its end
    private int argEnd;

    /** Reads {@code text} from {@code from} to {@code limit}, counting lines from 1. */
    public ItemReader(byte[] text, int from, int limit) {
        this.text = text;
        this.limit = limit;
        this.nextAt = from;
        this.nextLine = 1;
    }

    public static byte[] ascii(String word) {
        return word.getBytes(StandardCharsets.US_ASCII);
    }

    /** Steps to the next item, over what is left of the current one and over empty lines; false at the end. */
    public boolean next() throws DocumentException {
        if (hasObject()) {
            skipObject();
        }
        while (nextAt < limit && text[nextAt] == '\n') {
            nextAt++;
            nextLine++;
        }
        keywordAt = nextAt;
        line = nextLine;
        if (nextAt == limit) {
            keywordEnd = nextAt;
            lineEnd = nextAt;
            return false;
        }
        int at = nextAt;
        while (at < limit && isKeywordChar(text[at])) {
            at++;
        }
        keywordEnd = at;
        if (at == keywordAt || text[keywordAt] == '-' || (at < limit && !isSpace(text[at]) && text[at] != '\n')) {
            throw fault("no keyword");
        }
        endLine(at);
        argEnd = keywordEnd;
        return true;
    }

    private void endLine(int from) throws DocumentException {
        int at = from;
        while (at < limit && text[at] != '\n') {
            if (text[at++] == 0) {
                throw fault("NUL");
            }
        }
        if (at - keywordAt > MAX_LINE_LEN) {
            throw fault("line too long");
        }
        if (at == limit) {
            throw fault("no line feed at the end");
        }
        lineEnd = at;
        nextAt = at + 1;
        nextLine = line + 1;
    }

    /** Where the current item begins. */
    public int itemAt() {
        return keywordAt;
    }

    /** Where the keyword of the current line ends. */
    public int keywordEnd() {
        return keywordEnd;
    }

    /** Where the line behind the current one begins. */
    public int nextAt() {
        return nextAt;
    }

    public String keyword() {
        return new String(text, keywordAt, keywordEnd - keywordAt, StandardCharsets.US_ASCII);
    }

    public boolean keywordIs(byte[] word) {
        return rangeIs(keywordAt, keywordEnd, word);
    }

    /** The keyword if it is one letter, else NUL. */
    public int keywordLetter() {
        return keywordEnd - keywordAt == 1 ? text[keywordAt] : 0;
    }

    /** An error in the current line. */
    public DocumentException fault(String what) {
        return new DocumentException(line, what);
    }

    /** Steps to the next argument of the line, if there is one. */
    public boolean nextArg() {
        int at = argEnd;
        while (at < lineEnd && isSpace(text[at])) {
            at++;
        }
        argAt = at;
        while (at < lineEnd && !isSpace(text[at])) {
            at++;
        }
        argEnd = at;
        return argAt < argEnd;
    }

    /** Steps to the next argument, which must be there. */
    public void arg(String field) throws DocumentException {
        if (!nextArg()) {
            throw fault(field + " missing");
        }
    }

    public int argAt() {
        return argAt;
    }

    public int argEnd() {
        return argEnd;
    }

    /** The current argument as text; bytes outside ASCII come out as Latin letters. */
    public String argText() {
        return new String(text, argAt, argEnd - argAt, StandardCharsets.ISO_8859_1);
    }

    public boolean argIs(byte[] word) {
        return rangeIs(argAt, argEnd, word);
    }

    /** Whether the current argument begins with a word. */
    public boolean argStartsWith(byte[] word) {
        return argEnd - argAt >= word.length && rangeIs(argAt, argAt + word.length, word);
    }

    public String text(String field) throws DocumentException {
        arg(field);
        return argText();
    }

    /** The next argument as a decimal number of digits alone. */
    public long number(String field, long min, long max) throws DocumentException {
        arg(field);
        return numberIn(argAt, argEnd, field, min, max);
    }

    /** Digits from {@code from} to {@code to} as a number. */
    public long numberIn(int from, int to, String field, long min, long max) throws DocumentException {
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = text[i] - '0';
            if (digit < 0 || digit > 9 || value > Long.MAX_VALUE / 10 - 1) {
                throw fault(field + " is no number or out of range");
            }
            value = value * 10 + digit;
        }
        if (from == to || value < min || value > max) {
            throw fault(field + " is no number or out of range");
        }
        return value;
    }

    /** The number behind {@code '='} in the current argument: an optional minus sign and digits, of 32 bits. */
    public int signedAfter(int equalsAt) throws DocumentException {
        int from = equalsAt + 1;
        if (from < argEnd && text[from] == '-') {
            return (int) -numberIn(from + 1, argEnd, "value", 0, 1L << 31);
        }
        return (int) numberIn(from, argEnd, "value", 0, Integer.MAX_VALUE);
    }

    /** Where the first {@code '='} of the current argument is. */
    public int equalsInArg() throws DocumentException {
        for (int i = argAt; i < argEnd; i++) {
            if (text[i] == '=') {
                return i;
            }
        }
        throw fault("no equals sign");
    }

    /** The next argument, base64 of exactly {@code length} bytes with padding or without. */
    public Bytes base64(int length, String field) throws DocumentException {
        arg(field);
        byte[] out = new byte[length];
        if (!Base64Text.decodeExactly(text, argAt, argEnd, out)) {
            throw fault(field + " is not base64 of " + length + " bytes");
        }
        return Bytes.copyOf(out);
    }

    /** The next argument, an identity in hexadecimal. */
    public RsaIdentity hexIdentity(String field) throws DocumentException {
        arg(field);
        return new RsaIdentity(hexArg(RsaIdentity.LEN, field));
    }

    /** The current argument, hexadecimal of exactly {@code length} bytes. */
    public Bytes hexArg(int length, String field) throws DocumentException {
        if (argEnd - argAt != 2 * length) {
            throw fault(field + " has a wrong length");
        }
        byte[] out = new byte[length];
        for (int i = 0; i < length; i++) {
            int high = HexText.digit((char) (text[argAt + 2 * i] & 0xff));
            int low = HexText.digit((char) (text[argAt + 2 * i + 1] & 0xff));
            if (high < 0 || low < 0) {
                throw fault(field + " is not hexadecimal");
            }
            out[i] = (byte) (high << 4 | low);
        }
        return Bytes.copyOf(out);
    }

    /** The next two arguments, a time such as {@code 2024-05-17 17:00:00}. */
    public Instant time(String field) throws DocumentException {
        arg(field);
        int date = argAt;
        boolean shaped = argEnd - argAt == 10 && text[date + 4] == '-' && text[date + 7] == '-';
        arg(field);
        int clock = argAt;
        shaped &= argEnd - argAt == 8 && text[clock + 2] == ':' && text[clock + 5] == ':';
        if (!shaped) {
            throw fault(field + " is no time");
        }
        try {
            return LocalDateTime.of(
                            (int) numberIn(date, date + 4, field, 1970, 9999),
                            (int) numberIn(date + 5, date + 7, field, 1, 12),
                            (int) numberIn(date + 8, date + 10, field, 1, 31),
                            (int) numberIn(clock, clock + 2, field, 0, 23),
                            (int) numberIn(clock + 3, clock + 5, field, 0, 59),
                            (int) numberIn(clock + 6, clock + 8, field, 0, 59))
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw fault(field + " is no time");
        }
    }

    /** What is left of the line, without the spaces before it. */
    public String rest() {
        int from = restAt();
        return new String(text, from, lineEnd - from, StandardCharsets.ISO_8859_1);
    }

    /** Where the rest of the line begins; it ends at {@link #lineEnd}. */
    public int restAt() {
        int from = argEnd;
        while (from < lineEnd && isSpace(text[from])) {
            from++;
        }
        return from;
    }

    /** Where the line feed of the current line is. */
    public int lineEnd() {
        return lineEnd;
    }

    public void expectNoMoreArgs() throws DocumentException {
        if (nextArg()) {
            throw fault("too many arguments");
        }
    }

    public boolean hasObject() {
        return nextAt < limit && text[nextAt] == '-';
    }

    public void expectNoObject() throws DocumentException {
        if (hasObject()) {
            throw fault("unexpected object");
        }
    }

    /**
     * The object under the current line, decoded.
     *
     * @param label what must stand in its first and last line
     */
    public Bytes object(String label) throws DocumentException {
        if (!hasObject()) {
            throw fault("object missing");
        }
        int bodyAt = beginLine();
        if (!rangeIs(nextAt + BEGIN.length, bodyAt - 1 - DASHES.length, ascii(label))) {
            throw fault("object of another kind");
        }
        int bodyEnd = bodyEnd(bodyAt);
        byte[] body = Base64Text.decodeLines(text, bodyAt, bodyEnd);
        if (body == null) {
            throw fault("bad base64");
        }
        endObject(bodyAt, bodyEnd);
        return Bytes.copyOf(body);
    }

    /** The label of the object under the current line, which must be there. */
    public String objectLabel() throws DocumentException {
        if (!hasObject()) {
            throw fault("object missing");
        }
        int from = nextAt + BEGIN.length;
        return new String(text, from, beginLine() - 1 - DASHES.length - from, StandardCharsets.ISO_8859_1);
    }

    /** Passes over the object, of whatever kind; only its frame is looked at. */
    private void skipObject() throws DocumentException {
        int bodyAt = beginLine();
        endObject(bodyAt, bodyEnd(bodyAt));
    }

    /** Checks the first line of the object; gives the start of the line behind it. */
    private int beginLine() throws DocumentException {
        int at = nextAt;
        while (at < limit && text[at] != '\n' && at - nextAt <= MAX_LINE_LEN) {
            at++;
        }
        boolean shaped = at < limit
                && text[at] == '\n'
                && at - nextAt > BEGIN.length + DASHES.length
                && rangeIs(nextAt, nextAt + BEGIN.length, BEGIN)
                && rangeIs(at - DASHES.length, at, DASHES);
        if (!shaped) {
            throw fault("bad object");
        }
        return at + 1;
    }

    /** Where the object's last line begins. */
    private int bodyEnd(int bodyAt) throws DocumentException {
        int at = bodyAt;
        while (at < limit && text[at] != '-' && at - bodyAt <= MAX_OBJECT_LEN) {
            at++;
        }
        if (at == limit || text[at] != '-' || text[at - 1] != '\n') {
            throw fault("object without end or too long");
        }
        return at;
    }

    /** Checks the last line of the object against its first, and steps behind it. */
    private void endObject(int bodyAt, int endAt) throws DocumentException {
        int labelAt = nextAt + BEGIN.length;
        int labelLen = bodyAt - 1 - DASHES.length - labelAt;
        int lastLineEnd = endAt + END.length + labelLen + DASHES.length;
        boolean shaped = lastLineEnd < limit
                && text[lastLineEnd] == '\n'
                && rangeIs(endAt, endAt + END.length, END)
                && rangesEqual(labelAt, endAt + END.length, labelLen)
                && rangeIs(lastLineEnd - DASHES.length, lastLineEnd, DASHES);
        if (!shaped) {
            throw fault("object ends wrongly");
        }
        for (int i = nextAt; i <= lastLineEnd; i++) {
            if (text[i] == '\n') {
                nextLine++;
            }
        }
        nextAt = lastLineEnd + 1;
    }

    private boolean rangesEqual(int from, int other, int length) {
        for (int i = 0; i < length; i++) {
            if (text[from + i] != text[other + i]) {
                return false;
            }
        }
        return true;
    }

    private boolean rangeIs(int from, int to, byte[] word) {
        if (to - from != word.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (text[from + i] != word[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t';
    }

    private static final boolean[] KEYWORD_CHARS = keywordChars();

    private static boolean isKeywordChar(byte b) {
        return b > 0 && KEYWORD_CHARS[b];
    }

    private static boolean[] keywordChars() {
        boolean[] chars = new boolean[128];
        Arrays.fill(chars, '0', '9' + 1, true);
        Arrays.fill(chars, 'A', 'Z' + 1, true);
        Arrays.fill(chars, 'a', 'z' + 1, true);
        chars['-'] = true;
        return chars;
    }
}
