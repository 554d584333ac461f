package org.onion4j.directory.guard;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.io.BaseEncoding;
import com.google.common.primitives.Doubles;
import com.google.common.primitives.Ints;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * The text form of {@link GuardState}: a line {@code onion4j-guards 1}, then a line {@code guard KEY=VALUE KEY=VALUE ...}
 * for each guard, with the keys of guard-spec, "Persistent state format". Keys that aren't known are kept.
 */
final class GuardStateCodec {
    static final String HEADER = "onion4j-guards 1";

    private static final String GUARD = "guard ";
    private static final int MAX_LEN = 1 << 20;
    private static final int MAX_GUARDS = 5000;
    private static final int MAX_LINE_LEN = 4096;
    private static final int MAX_INDEX = 1_000_000;
    private static final double MAX_COUNT = 1e9;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT)
            .withZone(ZoneOffset.UTC)
            .withResolverStyle(ResolverStyle.STRICT);
    private static final Instant FIRST_TIME = Instant.parse("1970-01-01T00:00:00Z");
    private static final Instant LAST_TIME = Instant.parse("9999-12-31T23:59:59Z");

    private GuardStateCodec() {}

    static byte[] encode(GuardState state) {
        StringBuilder out = new StringBuilder(HEADER).append('\n');
        for (GuardRecord guard : state.guards()) {
            encode(guard, out);
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void encode(GuardRecord guard, StringBuilder out) {
        out.append(GUARD).append("in=").append(guard.selection());
        field(
                out,
                "rsa_id",
                BaseEncoding.base16().encode(guard.identity().value().toArray()));
        if (!guard.nickname().isEmpty()) {
            field(out, "nickname", guard.nickname());
        }
        field(out, "sampled_on", time(guard.sampledOn()));
        if (!guard.sampledBy().isEmpty()) {
            field(out, "sampled_by", guard.sampledBy());
        }
        field(out, "listed", guard.unlistedSince().isPresent() ? "0" : "1");
        guard.unlistedSince().ifPresent(since -> field(out, "unlisted_since", time(since)));
        guard.confirmedOn().ifPresent(on -> {
            field(out, "confirmed_on", time(on));
            field(out, "confirmed_idx", Integer.toString(guard.confirmedIndex()));
        });
        count(out, "pb_circ_attempts", guard.pathBias().circuits());
        count(out, "pb_circ_successes", guard.pathBias().built());
        count(out, "pb_use_attempts", guard.pathBias().uses());
        count(out, "pb_use_successes", guard.pathBias().goodUses());
        guard.extra().forEach(extra -> out.append(' ').append(extra));
        out.append('\n');
    }

    private static void field(StringBuilder out, String key, String value) {
        out.append(' ').append(key).append('=').append(value);
    }

    private static void count(StringBuilder out, String key, double value) {
        if (value > 0) {
            field(out, key, Double.toString(value));
        }
    }

    private static String time(Instant time) {
        return TIME.format(time);
    }

    static GuardState decode(byte[] text) throws GuardStateException {
        if (text.length > MAX_LEN) {
            throw new GuardStateException("saved guards of " + text.length + " bytes", GuardState.EMPTY);
        }
        List<String> lines = Splitter.on('\n').splitToList(new String(text, StandardCharsets.UTF_8));
        String fault = lines.get(0).equals(HEADER) ? null : "line 1: not a header we know";
        ImmutableList.Builder<GuardRecord> guards = ImmutableList.builder();
        Set<String> seen = new HashSet<>();
        for (int i = 1; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isEmpty() && i == lines.size() - 1) {
                break; // what follows the last line's end
            }
            try {
                GuardRecord guard = decodeLine(line);
                if (seen.size() == MAX_GUARDS
                        || !seen.add(guard.selection() + ' ' + guard.identity().base64())) {
                    throw new FieldException("a guard too many, or twice");
                }
                guards.add(guard);
            } catch (FieldException e) {
                fault = fault == null ? "line " + (i + 1) + ": " + e.getMessage() : fault;
            }
        }
        if (fault == null && !lines.get(lines.size() - 1).isEmpty()) {
            fault = "the last line has no end";
        }
        GuardState state = new GuardState(guards.build());
        if (fault != null) {
            throw new GuardStateException(fault, state);
        }
        return state;
    }

    private static GuardRecord decodeLine(String line) throws FieldException {
        if (!line.startsWith(GUARD) || line.length() > MAX_LINE_LEN) {
            throw new FieldException("not a guard");
        }
        Map<String, String> fields = new LinkedHashMap<>();
        for (String word : Splitter.on(' ').split(line.substring(GUARD.length()))) {
            int equals = word.indexOf('=');
            if (equals < 1 || fields.put(word.substring(0, equals), word.substring(equals + 1)) != null) {
                throw new FieldException("not KEY=VALUE words, each once");
            }
        }
        String selection = required(fields, "in");
        RsaIdentity identity = identity(required(fields, "rsa_id"));
        String nickname = optional(fields, "nickname");
        Instant sampledOn = time("sampled_on", required(fields, "sampled_on"));
        String sampledBy = optional(fields, "sampled_by");
        Optional<Instant> unlistedSince = unlistedSince(fields, sampledOn);
        Optional<Instant> confirmedOn = optionalTime(fields, "confirmed_on");
        int confirmedIndex = index(optional(fields, "confirmed_idx"));
        PathBias pathBias = new PathBias(
                count(fields, "pb_circ_attempts"),
                count(fields, "pb_circ_successes"),
                count(fields, "pb_use_attempts"),
                count(fields, "pb_use_successes"));
        ImmutableList.Builder<String> extra = ImmutableList.builder();
        fields.forEach((key, value) -> extra.add(key + "=" + value));
        return new GuardRecord(
                selection,
                identity,
                nickname,
                sampledOn,
                sampledBy,
                unlistedSince,
                confirmedOn,
                confirmedOn.isPresent() ? confirmedIndex : 0,
                pathBias,
                extra.build());
    }

    /** Says nothing of when: then since it was sampled, so that it doesn't stay for ever. */
    private static Optional<Instant> unlistedSince(Map<String, String> fields, Instant sampledOn)
            throws FieldException {
        Optional<Instant> since = optionalTime(fields, "unlisted_since");
        String listed = required(fields, "listed");
        return switch (listed) {
            case "1" -> Optional.empty();
            case "0" -> since.isPresent() ? since : Optional.of(sampledOn);
            default -> throw new FieldException("bad listed");
        };
    }

    private static Optional<Instant> optionalTime(Map<String, String> fields, String key) throws FieldException {
        String value = optional(fields, key);
        return value.isEmpty() ? Optional.empty() : Optional.of(time(key, value));
    }

    private static int index(String value) throws FieldException {
        if (value.isEmpty()) {
            return 0;
        }
        Integer index = Ints.tryParse(value);
        if (index == null || index < 0 || index > MAX_INDEX) {
            throw new FieldException("bad confirmed_idx");
        }
        return index;
    }

    private static double count(Map<String, String> fields, String key) throws FieldException {
        String value = optional(fields, key);
        if (value.isEmpty()) {
            return 0;
        }
        Double count = Doubles.tryParse(value);
        if (count == null || !(count >= 0 && count <= MAX_COUNT)) {
            throw new FieldException("bad " + key);
        }
        return count;
    }

    private static String required(Map<String, String> fields, String key) throws FieldException {
        String value = fields.remove(key);
        if (value == null || value.isEmpty()) {
            throw new FieldException("no " + key);
        }
        return value;
    }

    private static String optional(Map<String, String> fields, String key) {
        String value = fields.remove(key);
        return value == null ? "" : value;
    }

    private static RsaIdentity identity(String hex) throws FieldException {
        if (hex.length() != 2 * RsaIdentity.LEN || !BaseEncoding.base16().canDecode(hex)) {
            throw new FieldException("bad rsa_id");
        }
        return RsaIdentity.fromHex(hex);
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

    /** What is wrong with a line. */
    private static final class FieldException extends Exception {
        private static final long serialVersionUID = 1L;

        FieldException(String message) {
            super(message, null, false, false);
        }
    }
}
