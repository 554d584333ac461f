package org.onion4j.directory.state;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;
import java.util.Set;

/**
 * Whose a directory is. Whoever can write to a client's state chooses its guards, so that must be its user alone. That
 * others can see the names in it is left as it is: the files in it are not theirs to read.
 */
final class DirectoryOwner {
    private static final int STICKY = 0x200;

    private DirectoryOwner() {}

    /** Whether the file system knows owners and their permissions. */
    static boolean isKnown(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /**
     * Makes sure that a directory belongs to this process's user, and takes from others the right to write to it.
     *
     * @return what had to be put right, in words for a log
     * @throws IOException if it belongs to another user, cannot be written to, or is shared on purpose
     */
    static Optional<String> takeAlone(Path directory) throws IOException {
        requireOurs(directory);
        if (!othersMayWrite(directory)) {
            return Optional.empty();
        }
        if (isSticky(directory)) {
            throw new IOException("it is a directory that users share; name one in it");
        }
        try {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            // then they still may, which is told below
        }
        return Optional.of(
                othersMayWrite(directory)
                        ? "others may write to it, and its file system does not let that be changed"
                        : "others were allowed to write to it; now its owner alone is");
    }

    /** Java tells no process who its user is, so the owner of a new file has to. */
    private static void requireOurs(Path directory) throws IOException {
        UserPrincipal us;
        try {
            Path probe = Files.createTempFile(directory, "owner", ".tmp");
            try {
                us = Files.getOwner(probe);
            } finally {
                Files.deleteIfExists(probe);
            }
        } catch (AccessDeniedException e) {
            throw new IOException("it may not be written to", e);
        } catch (IOException e) {
            return; // a full disk is no reason to refuse it
        }
        UserPrincipal owner = Files.getOwner(directory);
        if (!owner.equals(us)) {
            throw new IOException("it belongs to another user, " + owner.getName());
        }
    }

    private static boolean othersMayWrite(Path directory) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
        return permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE);
    }

    private static boolean isSticky(Path directory) throws IOException {
        return directory.getFileSystem().supportedFileAttributeViews().contains("unix")
                && ((int) Files.getAttribute(directory, "unix:mode") & STICKY) != 0;
    }
}
