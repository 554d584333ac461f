package org.onion4j.directory.guard;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.guard.StateFields.FieldException;

/**
 * The text form of full vanguards: a line {@code onion4j-vanguards 1}, then a line {@code vanguard layer=2 rsa_id=HEX
 * chosen_on=TIME expires_on=TIME} for each of them. Keys that aren't known are dropped.
 */
final class VanguardStateCodec {
    static final String HEADER = "onion4j-vanguards 1";

    private static final String VANGUARD = "vanguard";
    private static final int MAX_LEN = 1 << 16;
    private static final int MAX_VANGUARDS = 256;
    private static final Duration LONGEST = Duration.ofDays(3650);

    private VanguardStateCodec() {}

    /**
     * What saved text says.
     *
     * @param readable the vanguards of the lines that are in order
     * @param fault what is not in order, if anything; quotes nothing of the text
     */
    record Decoded(ImmutableList<VanguardRecord> readable, Optional<String> fault) {}

    static byte[] encode(List<VanguardRecord> vanguards) {
        StringBuilder out = new StringBuilder(HEADER).append('\n');
        for (VanguardRecord vanguard : vanguards) {
            out.append(VANGUARD);
            StateFields.append(out, "layer", Integer.toString(vanguard.layer()));
            StateFields.append(out, "rsa_id", vanguard.identity());
            StateFields.append(out, "chosen_on", vanguard.chosenOn());
            StateFields.append(out, "expires_on", vanguard.chosenOn().plus(vanguard.lifetime()));
            out.append('\n');
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    static Decoded decode(byte[] text) {
        if (text.length > MAX_LEN) {
            return new Decoded(ImmutableList.of(), Optional.of("saved vanguards of " + text.length + " bytes"));
        }
        List<String> lines = Splitter.on('\n').splitToList(new String(text, StandardCharsets.UTF_8));
        String fault = lines.get(0).equals(HEADER) ? null : "line 1: not a header we know";
        ImmutableList.Builder<VanguardRecord> vanguards = ImmutableList.builder();
        Set<String> seen = new HashSet<>();
        for (int i = 1; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isEmpty() && i == lines.size() - 1) {
                break; // what follows the last line's end
            }
            try {
                VanguardRecord vanguard = decodeLine(line);
                if (seen.size() == MAX_VANGUARDS
                        || !seen.add(
                                vanguard.layer() + " " + vanguard.identity().base64())) {
                    throw new FieldException("a vanguard too many, or twice");
                }
                vanguards.add(vanguard);
            } catch (FieldException e) {
                fault = fault == null ? "line " + (i + 1) + ": " + e.getMessage() : fault;
            }
        }
        if (fault == null && !lines.get(lines.size() - 1).isEmpty()) {
            fault = "the last line has no end";
        }
        return new Decoded(vanguards.build(), Optional.ofNullable(fault));
    }

    private static VanguardRecord decodeLine(String line) throws FieldException {
        StateFields fields = StateFields.parse(line, VANGUARD);
        int layer = layer(fields.required("layer"));
        RsaIdentity identity = fields.identity("rsa_id");
        Instant chosenOn = fields.time("chosen_on");
        Duration lifetime = Duration.between(chosenOn, fields.time("expires_on"));
        if (lifetime.isZero() || lifetime.isNegative() || lifetime.compareTo(LONGEST) > 0) {
            throw new FieldException("bad expires_on");
        }
        return new VanguardRecord(layer, identity, chosenOn, lifetime);
    }

    private static int layer(String value) throws FieldException {
        return switch (value) {
            case "2" -> 2;
            case "3" -> 3;
            default -> throw new FieldException("bad layer");
        };
    }
}
