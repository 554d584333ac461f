package org.onion4j.crypto.testing;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.onion4j.crypto.bytes.Bytes;

/**
 * Test vectors from {@code src/test/resources/vectors/NAME.json} of whichever module is on the class path. A file is
 * one object whose member {@code vectors} is a list of objects; byte strings in them are hexadecimal. The other members
 * say where the vectors come from.
 *
 * <p>With JUnit: {@code @MethodSource} a method that returns {@link #stream}; each {@link Vector} prints its name or its
 * place in the file.
 */
public final class Vectors {
    private Vectors() {}

    /** The vectors of a file, in order. */
    public static List<Vector> of(String name) {
        List<Vector> all = new ArrayList<>();
        for (JsonElement one : file(name).getAsJsonArray("vectors")) {
            all.add(new Vector(name + "[" + all.size() + "]", one.getAsJsonObject()));
        }
        if (all.isEmpty()) {
            throw new IllegalStateException("no vectors in " + name);
        }
        return all;
    }

    /** The vectors of a file, for a parameterized test. */
    public static Stream<Vector> stream(String name) {
        return of(name).stream();
    }

    /** The whole object of a file. */
    public static JsonObject file(String name) {
        String path = "/vectors/" + name + ".json";
        try (InputStream in = Vectors.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + path);
            }
            return JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One vector, or an object inside of one. Asking for a member that isn't there is an error of the test. */
    public static final class Vector {
        private final String place;
        private final JsonObject json;

        private Vector(String place, JsonObject json) {
            this.place = place;
            this.json = json;
        }

        /** Whether the vector has the member, and it isn't null. */
        public boolean has(String member) {
            return json.has(member) && !json.get(member).isJsonNull();
        }

        /** A byte string. */
        public Bytes bytes(String member) {
            return Bytes.fromHex(text(member));
        }

        /** A byte string as a new array. */
        public byte[] array(String member) {
            return bytes(member).toArray();
        }

        /** A text. */
        public String text(String member) {
            return get(member).getAsString();
        }

        /** A number, written as one or as a decimal string. */
        public long number(String member) {
            return get(member).getAsLong();
        }

        /** A number that fits an {@code int}. */
        public int integer(String member) {
            return Math.toIntExact(number(member));
        }

        /** True or false. */
        public boolean flag(String member) {
            return get(member).getAsBoolean();
        }

        /** An object inside of this one. */
        public Vector object(String member) {
            return new Vector(place + "." + member, get(member).getAsJsonObject());
        }

        /** A list of objects. */
        public List<Vector> objects(String member) {
            List<Vector> all = new ArrayList<>();
            for (JsonElement one : get(member).getAsJsonArray()) {
                all.add(new Vector(place + "." + member + "[" + all.size() + "]", one.getAsJsonObject()));
            }
            return all;
        }

        /** A list of texts. */
        public List<String> texts(String member) {
            List<String> all = new ArrayList<>();
            get(member).getAsJsonArray().forEach(one -> all.add(one.getAsString()));
            return all;
        }

        /** The member as Gson has it, for shapes that have no method here. */
        public JsonElement get(String member) {
            if (!json.has(member)) {
                throw new IllegalStateException(place + " has no " + member);
            }
            return json.get(member);
        }

        @Override
        public String toString() {
            for (String label : new String[] {"name", "why", "note", "meaning"}) {
                if (has(label) && !text(label).isEmpty()) {
                    return place + " " + text(label);
                }
            }
            return place;
        }
    }
}
