package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.Collection;
import java.util.OptionalInt;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * VERSIONS: the link protocols that the sender speaks; the first cell of each side. Spec: tor-spec, "Negotiating
 * versions with VERSIONS cells". Body: 2 bytes a version, nothing else.
 *
 * @param versions in the order of the cell, perhaps with repetitions
 */
public record Versions(ImmutableList<Integer> versions) implements ChannelMessage {
    public Versions {
        checkArgument(versions.size() <= CellFrame.MAX_VARIABLE_BODY_LEN / 2, "%s versions", versions.size());
        for (int version : versions) {
            checkArgument(version >= 0 && version <= 0xffff, "version %s", version);
        }
    }

    /** Offers the given versions. */
    public static Versions of(int... versions) {
        ImmutableList.Builder<Integer> list = ImmutableList.builder();
        for (int version : versions) {
            list.add(version);
        }
        return new Versions(list.build());
    }

    static Versions decode(WireReader in) throws WireFormatException {
        if (in.remaining() % 2 != 0 || in.remaining() > CellFrame.MAX_VARIABLE_BODY_LEN) {
            throw new WireFormatException("VERSIONS has " + in.remaining() + " bytes");
        }
        ImmutableList.Builder<Integer> list = ImmutableList.builderWithExpectedSize(in.remaining() / 2);
        while (in.remaining() > 0) {
            list.add(in.u16("version"));
        }
        return new Versions(list.build());
    }

    /** The highest version that is in both, if there is any. */
    public OptionalInt highestCommon(Collection<Integer> ours) {
        return versions.stream().mapToInt(v -> v).filter(ours::contains).max();
    }

    @Override
    public CellCommand command() {
        return CellCommand.VERSIONS;
    }

    @Override
    public void encode(WireWriter out) {
        versions.forEach(out::u16);
    }
}
