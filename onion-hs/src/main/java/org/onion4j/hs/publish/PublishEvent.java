package org.onion4j.hs.publish;

import java.time.Duration;
import org.onion4j.crypto.onion.TimePeriod;

/**
 * Something that happened to the descriptor of a time period. Names no directory and no key. Told on whichever thread it
 * happens, without any lock, in the order in which it happens for one time period.
 */
public sealed interface PublishEvent {
    /** Of the descriptor. */
    TimePeriod period();

    /**
     * A directory has taken the newest descriptor.
     *
     * @param directories how many have taken it by now
     * @param asked how many are responsible
     */
    record Uploaded(TimePeriod period, int directories, int asked) implements PublishEvent {}

    /**
     * A directory has not taken the newest descriptor; it will be asked again. One that refused waits for the next round if
     * another one has taken it.
     *
     * @param again in how long, else
     */
    record Failed(TimePeriod period, UploadFailure why, Duration again) implements PublishEvent {}

    /**
     * Each responsible directory has taken the newest descriptor, or has failed to once. Directories that failed are still
     * tried.
     *
     * @param directories how many have taken it, perhaps none
     * @param asked how many are responsible
     */
    record RoundEnded(TimePeriod period, int directories, int asked) implements PublishEvent {}
}
