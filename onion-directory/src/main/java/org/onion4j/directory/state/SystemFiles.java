package org.onion4j.directory.state;

import com.google.common.collect.ImmutableList;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * {@link FileOperations} on real files. Content goes through streams, not channels: an interrupt of the calling thread
 * closes a channel in the middle of a write, and must not cost the user their state.
 */
final class SystemFiles implements FileOperations {
    static final SystemFiles INSTANCE = new SystemFiles();

    private static final String OWNERS_DIRECTORY = "rwx------";
    private static final String OWNERS_FILE = "rw-------";

    private SystemFiles() {}

    @Override
    public Optional<String> prepareDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, ownerOnly(directory, OWNERS_DIRECTORY));
        }
        return DirectoryOwner.isKnown(directory) ? DirectoryOwner.takeAlone(directory) : Optional.empty();
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        ImmutableList.Builder<String> names = ImmutableList.builder();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                names.add(file.getFileName().toString());
            }
        }
        return names.build();
    }

    @Override
    public byte[] read(Path file, int maxLen) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(file.toString());
        }
        if (!Files.isRegularFile(file)) { // a pipe would block for ever
            throw new IOException("it is no regular file");
        }
        if (DirectoryOwner.isKnown(file) && !Files.getOwner(file).equals(Files.getOwner(file.getParent()))) {
            throw new IOException("it belongs to another user"); // put there while others could write to the directory
        }
        try (FileInputStream in = new FileInputStream(file.toFile())) {
            long length = file.toFile().length();
            if (length > maxLen) {
                throw new IOException("it has " + length + " bytes, more than " + maxLen);
            }
            byte[] content = new byte[(int) length];
            new DataInputStream(in).readFully(content);
            return content;
        }
    }

    @Override
    public void write(Path file, byte[]... parts) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, ownerOnly(file, OWNERS_FILE));
        try (FileOutputStream out = new FileOutputStream(file.toFile())) {
            for (byte[] part : parts) {
                out.write(part);
            }
            out.getFD().sync();
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        boolean interrupted = Thread.interrupted(); // else it would close the channel
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException | ClosedByInterruptException e) {
            // Windows opens no directories, and needs no such call; and an interrupt does not undo the rename
            interrupted |= e instanceof ClosedByInterruptException;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public Optional<Closeable> lock(Path file) throws IOException {
        try {
            Files.createFile(file, ownerOnly(file, OWNERS_FILE));
        } catch (FileAlreadyExistsException e) {
            // left by an earlier run: the lock counts, not the file
        }
        if (Files.isSymbolicLink(file)) {
            throw new IOException("its lock file is a link to another file");
        }
        FileChannel open =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        boolean locked = false;
        try {
            FileLock lock = open.tryLock();
            locked = lock != null;
            return locked ? Optional.of(open) : Optional.empty();
        } catch (OverlappingFileLockException e) {
            return Optional.empty();
        } finally {
            if (!locked) {
                open.close();
            }
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path path, String permissions) {
        if (DirectoryOwner.isKnown(path)) {
            return new FileAttribute<?>[] {
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
            };
        }
        return new FileAttribute<?>[0];
    }
}
