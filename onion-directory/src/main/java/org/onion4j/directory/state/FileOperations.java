package org.onion4j.directory.state;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * All that {@link DirectoryStateStore} does to a disk, so that a test can make any step of it fail. Each call is one
 * step: it happens, or throws, and then only {@link #write} may have happened in part. Any thread.
 */
public interface FileOperations {
    /** The operating system's files, made readable and writable for their owner alone where it knows owners. */
    static FileOperations system() {
        return SystemFiles.INSTANCE;
    }

    /**
     * Makes a directory for its owner alone, and those above it. If it is there, others lose the right to write to it, where
     * the system knows owners.
     *
     * @return what had to be put right, in words for a log
     * @throws IOException if it cannot be made or written to, belongs to another user, or is shared on purpose
     */
    Optional<String> prepareDirectory(Path directory) throws IOException;

    /** The names of the files in a directory, without their path. */
    List<String> list(Path directory) throws IOException;

    /**
     * The content of a regular file.
     *
     * @throws java.nio.file.NoSuchFileException if there is none of that name
     * @throws IOException if it cannot be read, is no regular file, belongs to another user than its directory, or has more
     *     than {@code maxLen} bytes
     */
    byte[] read(Path file, int maxLen) throws IOException;

    /** Makes a new file in place of any old one, writes the parts one after the other, and waits until the disk has them. */
    void write(Path file, byte[]... parts) throws IOException;

    /** Gives a file another name in the same directory, replacing what has that name, in one step. */
    void rename(Path from, Path to) throws IOException;

    /** Removes a file if it is there. */
    void delete(Path file) throws IOException;

    /** Waits until the disk knows the names in a directory, where the system can do that. */
    void syncDirectory(Path directory) throws IOException;

    /**
     * Takes the operating system's exclusive lock on a file, which is made if it is absent. The lock ends with the
     * returned handle, or with the process.
     *
     * @return empty if somebody else holds it
     * @throws IOException if it cannot be opened, or its name is that of a link to another file
     */
    Optional<Closeable> lock(Path file) throws IOException;
}
