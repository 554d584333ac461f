package org.onion4j.directory.state;

/**
 * Something about the storage that a user may want to know.
 *
 * @param kind what happened
 * @param subject the name it happened to, or the directory's role
 * @param detail why, in words for a log; never content
 */
public record StateNotice(Kind kind, String subject, String detail) {
    /** What happened. */
    public enum Kind {
        /** A content could not be read or understood, was moved out of the way, and will be built anew. */
        SET_ASIDE,
        /** The storage refuses writes; the client goes on in memory. Told once. */
        MEMORY_ONLY,
        /** The storage works again and holds everything. */
        SAVED_AGAIN,
        /** Others may write to the storage, or could until now. */
        PERMISSIONS
    }

    @Override
    public String toString() {
        return switch (kind) {
            case SET_ASIDE -> "the saved state '" + subject + "' was set aside and will be rebuilt: " + detail;
            case MEMORY_ONLY -> "state cannot be saved, going on in memory: " + detail;
            case SAVED_AGAIN -> "state is saved again";
            case PERMISSIONS -> "the state directory was not its owner's alone: " + detail;
        };
    }
}
