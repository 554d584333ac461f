package org.onion4j.examples;

import com.google.common.io.BaseEncoding;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.api.OnionStream;

/**
 * A stream between two chats, in lines of UTF-8. The callee's address is proved by the network, since only its owner's
 * service can be reached by it; the caller proves his by signing what the callee has just drawn.
 *
 * <pre>
 *     callee   onion4j-chat 1 CHALLENGE
 *     caller   ADDRESS SIGNATURE
 *     callee   welcome, or: no
 *     both     m TEXT, any number of times; then b, which the other one answers with b
 * </pre>
 */
final class ChatLink implements Closeable {
    /** Bytes of a line's text. */
    static final int MAX_TEXT_BYTES = 4000;

    private static final String GREETING = "onion4j-chat 1";
    private static final int MAX_LINE_BYTES = MAX_TEXT_BYTES + 2;
    private static final int CHALLENGE_BYTES = 32;
    private static final Duration HANDSHAKE_TIME = Duration.ofSeconds(60);

    private final OnionStream stream;
    private final InputStream in;
    private final String peer;
    private final String caller;
    private final ReentrantLock writing = new ReentrantLock();

    private ChatLink(OnionStream stream, InputStream in, String peer, String caller) {
        this.stream = stream;
        this.in = in;
        this.peer = peer;
        this.caller = caller;
    }

    /** Greets somebody who was called. */
    static ChatLink toCallee(OnionStream stream, ChatIdentity us, String callee) throws IOException {
        stream.setReadTimeout(HANDSHAKE_TIME);
        InputStream in = new BufferedInputStream(stream.getInputStream());
        String greeting = readLine(in);
        if (!greeting.startsWith(GREETING + " ")) {
            throw new IOException("no chat answers there");
        }
        String challenge = greeting.substring(GREETING.length() + 1);
        writeLine(stream, us.address() + " " + us.prove(callee, challenge));
        if (!readLine(in).equals("welcome")) {
            throw new IOException("they don't talk to us now");
        }
        stream.setReadTimeout(Duration.ZERO);
        return new ChatLink(stream, in, callee, us.address());
    }

    /** Finds out who has called; {@link #welcome} or {@link #refuse} comes next. */
    static ChatLink toCaller(OnionStream stream, ChatIdentity us) throws IOException {
        stream.setReadTimeout(HANDSHAKE_TIME);
        InputStream in = new BufferedInputStream(stream.getInputStream());
        byte[] random = new byte[CHALLENGE_BYTES];
        new SecureRandom().nextBytes(random);
        String challenge = BaseEncoding.base16().lowerCase().encode(random);
        writeLine(stream, GREETING + " " + challenge);
        List<String> words = List.of(readLine(in).split(" ", -1));
        if (words.size() != 2 || !us.isProof(words.get(0), challenge, words.get(1))) {
            throw new IOException("a caller did not prove who he is");
        }
        stream.setReadTimeout(Duration.ZERO);
        return new ChatLink(stream, in, words.get(0), words.get(0));
    }

    void welcome() throws IOException {
        write("welcome");
    }

    void refuse() throws IOException {
        write("no");
    }

    /** The other one's address. */
    String peer() {
        return peer;
    }

    /**
     * Whether this link takes the place of another one with the same peer. Of two who call each other at the same time, the
     * call of the one with the lesser address counts, on both sides; else the later call does, since the other link may be
     * dead.
     */
    boolean replaces(ChatLink older, String us) {
        String lesser = us.compareTo(peer) < 0 ? us : peer;
        return caller.equals(lesser) || !older.caller.equals(lesser);
    }

    void say(String text) throws IOException {
        write("m " + text);
    }

    void bye() throws IOException {
        write("b");
    }

    /** What the other one says; null when he takes his leave. */
    String hear() throws IOException {
        String line = readLine(in);
        if (line.equals("b")) {
            return null;
        }
        if (!line.startsWith("m ")) {
            throw new IOException("the other side sends what is no chat");
        }
        return line.substring(2);
    }

    /** One line at a time: what is said and what is answered come from different threads. */
    private void write(String line) throws IOException {
        writing.lock();
        try {
            writeLine(stream, line);
        } finally {
            writing.unlock();
        }
    }

    private static void writeLine(OnionStream stream, String line) throws IOException {
        stream.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection has ended");
            }
            if (line.size() == MAX_LINE_BYTES) {
                throw new IOException("the other side sends a line that is too long");
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** A stranger's text as it may be shown: nothing in it moves the cursor, changes colours or turns the line around. */
    static String printable(String text) {
        StringBuilder clean = new StringBuilder();
        text.codePoints()
                .filter(c -> !Character.isISOControl(c) && !isInvisible(Character.getType(c)))
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }

    private static boolean isInvisible(int type) {
        return type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.SURROGATE;
    }

    @Override
    public void close() {
        stream.close();
    }
}
