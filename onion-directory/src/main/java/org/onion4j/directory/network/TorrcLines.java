package org.onion4j.directory.network;

import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableList;

/**
 * Splits the text of a C tor configuration into options: a keyword, blanks, and a value up to the end of the line. A
 * {@code #} begins a comment, a backslash before the end of a line continues the value on the next one, and a value may
 * be quoted. Follows C tor's doc/torrc_format.txt.
 */
final class TorrcLines {
    private static final CharMatcher BLANK = CharMatcher.anyOf(" \t\r\f\u000b");

    /** One option; {@code number} is the line, from 1, where it begins. */
    record Line(int number, String keyword, String value) {}

    private final String text;
    private int at;
    private int number = 1;

    private TorrcLines(String text) {
        this.text = text;
    }

    static ImmutableList<Line> split(String text) throws NetworkDescriptionException {
        return new TorrcLines(text.replace("\r\n", "\n")).lines();
    }

    private ImmutableList<Line> lines() throws NetworkDescriptionException {
        ImmutableList.Builder<Line> lines = ImmutableList.builder();
        while (at < text.length()) {
            skipBlanks();
            if (isAt('#')) {
                skipComment();
            }
            if (isAt('\n')) {
                next();
            } else if (at < text.length()) {
                int start = number;
                String keyword = keyword();
                skipBlanks();
                lines.add(new Line(start, keyword, isAt('"') ? quotedValue() : plainValue()));
            }
        }
        return lines.build();
    }

    private boolean isAt(char c) {
        return at < text.length() && text.charAt(at) == c;
    }

    private boolean isAtContinuation() {
        return isAt('\\') && at + 1 < text.length() && text.charAt(at + 1) == '\n';
    }

    private char next() {
        char c = text.charAt(at++);
        if (c == '\n') {
            number++;
        }
        return c;
    }

    private void skipBlanks() {
        while (at < text.length() && BLANK.matches(text.charAt(at))) {
            at++;
        }
    }

    private void skipComment() {
        while (at < text.length() && text.charAt(at) != '\n') {
            at++;
        }
    }

    private String keyword() {
        int start = at;
        while (at < text.length()
                && !BLANK.matches(text.charAt(at))
                && !isAt('\n')
                && !isAt('#')
                && !isAtContinuation()) {
            at++;
        }
        return text.substring(start, at);
    }

    private String plainValue() {
        StringBuilder value = new StringBuilder();
        boolean lineBegins = false;
        while (at < text.length() && !isAt('\n')) {
            if (isAtContinuation()) {
                next();
                next();
                lineBegins = true;
            } else if (isAt('#')) {
                skipComment();
                if (lineBegins && at < text.length()) {
                    next(); // a line of comment inside of a continued value does not end it
                }
            } else {
                lineBegins &= BLANK.matches(text.charAt(at));
                value.append(next());
            }
        }
        return BLANK.trimFrom(value);
    }

    private String quotedValue() throws NetworkDescriptionException {
        StringBuilder value = new StringBuilder();
        next();
        while (!isAt('"')) {
            if (at == text.length() || isAt('\n')) {
                throw new NetworkDescriptionException(number, "a quoted value has no end");
            }
            char c = next();
            if (c == '\\') {
                if (!isAt('"') && !isAt('\\')) {
                    throw new NetworkDescriptionException(number, "an escape other than \\\" and \\\\");
                }
                c = next();
            }
            value.append(c);
        }
        next();
        skipBlanks();
        if (isAt('#')) {
            skipComment();
        }
        if (at < text.length() && !isAt('\n')) {
            throw new NetworkDescriptionException(number, "something follows a quoted value");
        }
        return value.toString();
    }
}
