package org.onion4j.directory.state;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Real files on which the k-th operation goes wrong: either the disk refuses it and all that follow, or the process ends
 * there, perhaps half way through a write. Single thread.
 */
public final class FaultyFiles implements FileOperations {
    /** What goes wrong. */
    public enum Fault {
        /** The operation does nothing and throws; so does each later one that changes the disk. */
        REFUSED,
        /** The operation alone throws; the disk works again afterwards. */
        REFUSED_ONCE,
        /** The process ends before the operation. */
        KILLED,
        /** The process ends within the operation: a write leaves half of its bytes. */
        KILLED_HALFWAY
    }

    /** Stands for the end of the process. */
    public static final class KilledError extends Error {
        private static final long serialVersionUID = 1L;
    }

    private final FileOperations real = FileOperations.system();
    private final Fault fault;
    private final int faultAt;
    private int count;

    /** Lets the operation number {@code faultAt}, counted from 1, go wrong. */
    public FaultyFiles(Fault fault, int faultAt) {
        this.fault = fault;
        this.faultAt = faultAt;
    }

    /** How many operations there have been. */
    public int count() {
        return count;
    }

    private interface Step {
        void run() throws IOException;
    }

    private void step(Step whole, Step half) throws IOException {
        count++;
        if (count < faultAt || (count > faultAt && fault == Fault.REFUSED_ONCE)) {
            whole.run();
            return;
        }
        switch (fault) {
            case REFUSED, REFUSED_ONCE -> throw new IOException("No space left on device");
            case KILLED -> throw new KilledError();
            case KILLED_HALFWAY -> {
                if (count == faultAt) {
                    half.run();
                }
                throw new KilledError();
            }
        }
    }

    @Override
    public Optional<String> prepareDirectory(Path directory) throws IOException {
        step(() -> {}, () -> {});
        return real.prepareDirectory(directory);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        step(() -> {}, () -> {});
        return real.list(directory);
    }

    @Override
    public byte[] read(Path file, int maxLen) throws IOException {
        if (fault == Fault.REFUSED) {
            return real.read(file, maxLen); // a full disk can still be read
        }
        step(() -> {}, () -> {});
        return real.read(file, maxLen);
    }

    @Override
    public void write(Path file, byte[]... parts) throws IOException {
        step(
                () -> real.write(file, parts),
                () -> real.write(file, parts[0], Arrays.copyOf(parts[1], parts[1].length / 2)));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        step(() -> real.rename(from, to), () -> real.rename(from, to));
    }

    @Override
    public void delete(Path file) throws IOException {
        step(() -> real.delete(file), () -> real.delete(file));
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        step(() -> real.syncDirectory(directory), () -> {});
    }

    @Override
    public Optional<Closeable> lock(Path file) throws IOException {
        step(() -> {}, () -> {});
        return real.lock(file);
    }
}
