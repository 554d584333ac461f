package org.onion4j.directory.doc;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Damaged forms of good documents, for tests that any bytes give a document or the checked exception. */
public final class Mutations {
    private static final String[] NASTY = {
        "\0",
        "\n",
        " ",
        "\t",
        "\r\n",
        "-----BEGIN X-----\n",
        "-----END X-----\n",
        "-",
        "=",
        "999999999999999999999",
        "-1",
        "\n\n\n",
        "r ",
        "a ",
        "directory-signature ",
        "directory-footer\n",
        "onion-key\n",
        "@",
        "é",
        "[::",
        "]:0",
        ",",
        "64"
    };

    private Mutations() {}

    private record Edit(int kind, double place, int length, byte value, int word) {}

    /** The original after one to six edits: bytes changed, left out, repeated, moved, put in, or the end cut off. */
    public static Arbitrary<byte[]> of(byte[] original) {
        Arbitrary<Edit> edits = Combinators.combine(
                        Arbitraries.integers().between(0, 5),
                        Arbitraries.doubles().between(0, 1),
                        Arbitraries.integers().between(1, 80),
                        Arbitraries.bytes(),
                        Arbitraries.integers().between(0, NASTY.length - 1))
                .as(Edit::new);
        return edits.list().ofMinSize(1).ofMaxSize(6).map(list -> apply(original, list));
    }

    /** Bytes of any kind. */
    public static Arbitrary<byte[]> anyBytes() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(200);
    }

    private static byte[] apply(byte[] original, List<Edit> edits) {
        byte[] text = original;
        for (Edit edit : edits) {
            text = apply(text, edit);
        }
        return text;
    }

    private static byte[] apply(byte[] text, Edit edit) {
        int from = (int) (edit.place() * text.length);
        int to = Math.min(text.length, from + edit.length());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(text, 0, from);
        switch (edit.kind()) {
            case 0 -> { // another byte
                out.write(edit.value());
                from = Math.min(text.length, from + 1);
            }
            case 1 -> from = to; // some bytes less
            case 2 -> out.write(text, from, to - from); // some bytes twice
            case 3 -> from = text.length; // the end cut off
            case 4 ->
                out.writeBytes(
                        NASTY[edit.word()].getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)); // a word put in
            default -> { // a line twice, or gone
                int lineEnd = from;
                while (lineEnd < text.length && text[lineEnd] != '\n') {
                    lineEnd++;
                }
                lineEnd = Math.min(text.length, lineEnd + 1);
                byte[] line = Arrays.copyOfRange(text, from, lineEnd);
                if (edit.value() > 0) {
                    out.writeBytes(line);
                } else {
                    from = lineEnd;
                }
            }
        }
        out.write(text, from, text.length - from);
        return out.toByteArray();
    }
}
