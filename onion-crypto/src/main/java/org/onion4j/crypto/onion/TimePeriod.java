package org.onion4j.crypto.onion;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.Immutable;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * A time period, for which an onion service has one blinded key. Spec: rend-spec-v3, "Dividing time into periods".
 *
 * @param number counted from 1970, at least 0
 * @param lengthMinutes at least 1
 */
@Immutable
public record TimePeriod(long number, int lengthMinutes) {
    public TimePeriod {
        checkArgument(number >= 0, "time period %s", number);
        checkArgument(lengthMinutes > 0, "time period of %s minutes", lengthMinutes);
    }

    /** The one after this one. */
    public TimePeriod next() {
        return new TimePeriod(number + 1, lengthMinutes);
    }

    /** The one before this one. */
    public TimePeriod previous() {
        return new TimePeriod(number - 1, lengthMinutes);
    }

    /** Number, then length, 8 bytes each: as blinded keys and the places of directories on the ring take it. */
    public Bytes numberThenLength() {
        return new WireWriter().u64(number).u64(lengthMinutes).toBytes();
    }

    /** Length, then number, 8 bytes each: as the places of services on the ring and disaster values take it. */
    public Bytes lengthThenNumber() {
        return new WireWriter().u64(lengthMinutes).u64(number).toBytes();
    }
}
