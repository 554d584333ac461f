package org.onion4j.directory.guard;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Doubles;
import com.google.common.primitives.Ints;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.guard.StateFields.FieldException;

/**
 * The text form of {@link GuardState}: a line {@code onion4j-guards 1}, then a line {@code guard KEY=VALUE KEY=VALUE ...}
 * for each guard, with the keys of guard-spec, "Persistent state format". Keys that aren't known are kept.
 */
final class GuardStateCodec {
    static final String HEADER = "onion4j-guards 1";

    private static final String GUARD = "guard";
    private static final int MAX_LEN = 1 << 20;
    private static final int MAX_GUARDS = 5000;
    private static final int MAX_INDEX = 1_000_000;
    private static final double MAX_COUNT = 1e9;

    private GuardStateCodec() {}

    static byte[] encode(GuardState state) {
        StringBuilder out = new StringBuilder(HEADER).append('\n');
        for (GuardRecord guard : state.guards()) {
            encode(guard, out);
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void encode(GuardRecord guard, StringBuilder out) {
        out.append(GUARD);
        StateFields.append(out, "in", guard.selection());
        StateFields.append(out, "rsa_id", guard.identity());
        if (!guard.nickname().isEmpty()) {
            StateFields.append(out, "nickname", guard.nickname());
        }
        StateFields.append(out, "sampled_on", guard.sampledOn());
        if (!guard.sampledBy().isEmpty()) {
            StateFields.append(out, "sampled_by", guard.sampledBy());
        }
        StateFields.append(out, "listed", guard.unlistedSince().isPresent() ? "0" : "1");
        guard.unlistedSince().ifPresent(since -> StateFields.append(out, "unlisted_since", since));
        guard.confirmedOn().ifPresent(on -> {
            StateFields.append(out, "confirmed_on", on);
            StateFields.append(out, "confirmed_idx", Integer.toString(guard.confirmedIndex()));
        });
        count(out, "pb_circ_attempts", guard.pathBias().circuits());
        count(out, "pb_circ_successes", guard.pathBias().built());
        count(out, "pb_use_attempts", guard.pathBias().uses());
        count(out, "pb_use_successes", guard.pathBias().goodUses());
        guard.extra().forEach(extra -> out.append(' ').append(extra));
        out.append('\n');
    }

    private static void count(StringBuilder out, String key, double value) {
        if (value > 0) {
            StateFields.append(out, key, Double.toString(value));
        }
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
        StateFields fields = StateFields.parse(line, GUARD);
        String selection = fields.required("in");
        RsaIdentity identity = fields.identity("rsa_id");
        String nickname = fields.optional("nickname");
        Instant sampledOn = fields.time("sampled_on");
        String sampledBy = fields.optional("sampled_by");
        Optional<Instant> unlistedSince = unlistedSince(fields, sampledOn);
        Optional<Instant> confirmedOn = fields.optionalTime("confirmed_on");
        int confirmedIndex = index(fields.optional("confirmed_idx"));
        PathBias pathBias = new PathBias(
                count(fields, "pb_circ_attempts"),
                count(fields, "pb_circ_successes"),
                count(fields, "pb_use_attempts"),
                count(fields, "pb_use_successes"));
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
                fields.rest());
    }

    /** Says nothing of when: then since it was sampled, so that it doesn't stay for ever. */
    private static Optional<Instant> unlistedSince(StateFields fields, Instant sampledOn) throws FieldException {
        Optional<Instant> since = fields.optionalTime("unlisted_since");
        String listed = fields.required("listed");
        return switch (listed) {
            case "1" -> Optional.empty();
            case "0" -> since.isPresent() ? since : Optional.of(sampledOn);
            default -> throw new FieldException("bad listed");
        };
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

    private static double count(StateFields fields, String key) throws FieldException {
        String value = fields.optional(key);
        if (value.isEmpty()) {
            return 0;
        }
        Double count = Doubles.tryParse(value);
        if (count == null || !(count >= 0 && count <= MAX_COUNT)) {
            throw new FieldException("bad " + key);
        }
        return count;
    }
}
