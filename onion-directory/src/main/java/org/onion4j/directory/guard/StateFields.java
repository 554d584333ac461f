package org.onion4j.directory.guard;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.io.BaseEncoding;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * The fields of one saved line, {@code WORD KEY=VALUE KEY=VALUE ...}, each key once. Reading a field takes it out; what
 * nobody asked for is left. Times are whole seconds in UTC, such as {@code 2024-05-01T02:03:04}. Not for more than one
 * thread.
 */
final class StateFields {
    private static final int MAX_LINE_LEN = 4096;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT)
            .withZone(ZoneOffset.UTC)
            .withResolverStyle(ResolverStyle.STRICT);
    private static final Instant FIRST_TIME = Instant.parse("1970-01-01T00:00:00Z");
    private static final Instant LAST_TIME = Instant.parse("9999-12-31T23:59:59Z");

    private final Map<String, String> fields;

    private StateFields(Map<String, String> fields) {
        this.fields = fields;
    }

    /** What is wrong with a line. Quotes nothing of it. */
    static final class FieldException extends Exception {
        private static final long serialVersionUID = 1L;

        FieldException(String message) {
            super(message, null, false, false);
        }
    }

    /** Takes a line apart that begins with a word. */
    static StateFields parse(String line, String word) throws FieldException {
        if (!line.startsWith(word + ' ') || line.length() > MAX_LINE_LEN) {
            throw new FieldException("not a " + word);
        }
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field : Splitter.on(' ').split(line.substring(word.length() + 1))) {
            int equals = field.indexOf('=');
            if (equals < 1 || fields.put(field.substring(0, equals), field.substring(equals + 1)) != null) {
                throw new FieldException("not KEY=VALUE words, each once");
            }
        }
        return new StateFields(fields);
    }

    String required(String key) throws FieldException {
        String value = fields.remove(key);
        if (value == null || value.isEmpty()) {
            throw new FieldException("no " + key);
        }
        return value;
    }

    /** Empty if there is no such field. */
    String optional(String key) {
        String value = fields.remove(key);
        return value == null ? "" : value;
    }

    RsaIdentity identity(String key) throws FieldException {
        String hex = required(key);
        if (hex.length() != 2 * RsaIdentity.LEN || !BaseEncoding.base16().canDecode(hex)) {
            throw new FieldException("bad " + key);
        }
        return RsaIdentity.fromHex(hex);
    }

    Instant time(String key) throws FieldException {
        return time(key, required(key));
    }

    Optional<Instant> optionalTime(String key) throws FieldException {
        String value = optional(key);
        return value.isEmpty() ? Optional.empty() : Optional.of(time(key, value));
    }

    private static Instant time(String key, String value) throws FieldException {
        try {
            Instant time = LocalDateTime.parse(value, TIME).toInstant(ZoneOffset.UTC);
            if (!time.isBefore(FIRST_TIME) && !time.isAfter(LAST_TIME)) {
                return time;
            }
        } catch (DateTimeException e) {
            // told below
        }
        throw new FieldException("bad " + key);
    }

    /** What nobody asked for, as {@code KEY=VALUE} words in their order. */
    ImmutableList<String> rest() {
        ImmutableList.Builder<String> rest = ImmutableList.builder();
        fields.forEach((key, value) -> rest.add(key + "=" + value));
        return rest.build();
    }

    static void append(StringBuilder out, String key, String value) {
        out.append(' ').append(key).append('=').append(value);
    }

    static void append(StringBuilder out, String key, Instant time) {
        append(out, key, TIME.format(time));
    }

    static void append(StringBuilder out, String key, RsaIdentity identity) {
        append(out, key, BaseEncoding.base16().encode(identity.value().toArray()));
    }
}
