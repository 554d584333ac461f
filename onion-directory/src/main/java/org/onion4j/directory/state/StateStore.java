package org.onion4j.directory.state;

import java.util.Optional;

/**
 * Named blobs of bytes that outlive a run. No call fails because of the storage: what cannot be read counts as absent
 * and is set aside, what cannot be written is kept in memory, and either is told through a {@link StateNotice}. So the
 * owner of a name writes code for two cases alone, present and absent.
 *
 * <p>Each call concerns one name and is atomic: a reader, in this run or the next, sees the whole content of one write,
 * or nothing; after a crash it is that of the last write that returned, or of the one that was under way.
 *
 * <p>A name has 1 to {@value #MAX_NAME_LEN} characters of {@code a-z}, {@code 0-9} and {@code -}, and begins with a
 * letter; another one is a mistake of ours: {@link IllegalArgumentException}.
 *
 * <p>Threading: any thread. Calls may block on the disk, never on the network or on the application. After
 * {@link #close} a read finds nothing and the other calls do nothing, since work that was under way may still arrive.
 */
public interface StateStore extends AutoCloseable {
    /** Most characters in a name. */
    int MAX_NAME_LEN = 64;

    /** Most bytes in one content: 64 MiB. A longer file counts as unreadable. */
    int MAX_CONTENT_LEN = 64 << 20;

    /** The content last written under the name, as an array of the caller's, or empty if there is none. */
    Optional<byte[]> read(String name);

    /**
     * Replaces what the name holds. The array stays the caller's.
     *
     * @throws IllegalArgumentException if the content has more than {@link #MAX_CONTENT_LEN} bytes
     */
    void write(String name, byte[] content);

    /** Makes the name hold nothing. */
    void delete(String name);

    /**
     * Takes the content of a name out of the way because its owner cannot make sense of it; the name then holds
     * nothing. Where there are files, the last few of these are kept for whoever wants to look at them.
     *
     * @param reason what is wrong, for the log: it must not quote the content
     */
    void setAside(String name, String reason);

    /**
     * Whether something was set aside under this name in this run, by a read or by {@link #setAside}, and nothing has been
     * written to it or deleted since: it is absent, but has been there.
     */
    default boolean isSetAside(String name) {
        return false;
    }

    /** Whether all that was written is on the disk, not in memory alone. */
    boolean isDurable();

    /** The same of one name alone. */
    default boolean isDurable(String name) {
        return isDurable();
    }

    /** Tries once more to save what could not be saved so far, and lets go of the storage. */
    @Override
    void close();
}
