package org.onion4j.directory.state;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * State in a directory of the application's choice, one file {@code NAME.state} for each name. A write goes to
 * {@code NAME.tmp}, is forced to the disk and takes the old file's place by a rename; a file of use to nobody becomes
 * {@code NAME.bad-1}, the newest of at most {@value #MAX_BAD_FILES}. The file {@code lock} bears an operating system's
 * lock, so that a second client on the same directory is refused and a dead one is in nobody's way. A disk that fills up
 * or turns read-only is told once; from then on what it refuses is kept in memory, and saved at the next write that works.
 *
 * <p>Threading: one lock guards the fields below and puts the file operations in order, so calls wait for one another's
 * disk. Nobody else's lock is taken inside of it; notices are given after it is let go, on the calling thread.
 */
public final class DirectoryStateStore implements StateStore {
    /** How many files of use to nobody are kept for each name. */
    static final int MAX_BAD_FILES = 3;

    private static final String LOCK_FILE = "lock";

    /**
     * The directories held by this process. Static because the operating system's locks are the process's too: to close
     * any handle of a lock file lets go of the lock, so a second opener must be refused before it touches the file.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileOperations files;
    private final Consumer<StateNotice> listener;
    private final Closeable osLock;
    private final ReentrantLock lock = new ReentrantLock();

    /** What the disk refused: the content that a name should hold, or empty where it should hold none. */
    @GuardedBy("lock")
    private final Map<String, Optional<byte[]>> unsaved = new HashMap<>();

    @GuardedBy("lock")
    private final Set<String> setAside = new HashSet<>();

    @GuardedBy("lock")
    private boolean toldMemoryOnly;

    @GuardedBy("lock")
    private boolean toldSavedAgain;

    @GuardedBy("lock")
    private boolean closed;

    private DirectoryStateStore(
            Path directory, FileOperations files, Consumer<StateNotice> listener, Closeable osLock) {
        this.directory = directory;
        this.files = files;
        this.listener = listener;
        this.osLock = osLock;
    }

    /**
     * Opens a directory, which is made for its owner alone if it is absent. One that others may write to becomes its owner's
     * alone, which the listener is told.
     *
     * @param listener told what a user may want to know; called on the threads that use the store, must not throw
     * @throws StateStoreException if another client holds it, or it cannot be made or written to, belongs to another user,
     *     or is shared on purpose
     */
    public static DirectoryStateStore open(Path directory, FileOperations files, Consumer<StateNotice> listener)
            throws StateStoreException {
        if (!directory.getFileSystem().equals(FileSystems.getDefault())) {
            throw unusable("it is not in the default file system", null);
        }
        Optional<String> mended;
        Path real;
        try {
            mended = files.prepareDirectory(directory);
            real = directory.toRealPath();
        } catch (IOException e) {
            throw unusable(describe(e), e);
        }
        if (!HELD.add(real)) {
            throw inUse("another client of this process");
        }
        Optional<Closeable> osLock = Optional.empty();
        try {
            osLock = files.lock(real.resolve(LOCK_FILE));
            if (!osLock.isPresent()) {
                throw inUse("another process");
            }
            removeLeftovers(real, files);
            mended.ifPresent(what -> listener.accept(new StateNotice(StateNotice.Kind.PERMISSIONS, "directory", what)));
            return new DirectoryStateStore(real, files, listener, osLock.get());
        } catch (IOException e) {
            throw unusable(describe(e), e);
        } finally {
            if (!osLock.isPresent()) {
                HELD.remove(real);
            }
        }
    }

    private static void removeLeftovers(Path directory, FileOperations files) {
        try {
            for (String name : files.list(directory)) {
                if (name.endsWith(".tmp")) {
                    files.delete(directory.resolve(name));
                }
            }
        } catch (IOException e) {
            // they are in nobody's way: the next write of that name replaces them
        }
    }

    @Override
    public Optional<byte[]> read(String name) {
        StateNames.check(name);
        List<StateNotice> notices = new ArrayList<>();
        lock.lock();
        try {
            if (closed) {
                return Optional.empty();
            }
            Optional<byte[]> newer = unsaved.get(name);
            if (newer != null) {
                return newer.map(byte[]::clone);
            }
            return readFile(name, notices);
        } finally {
            lock.unlock();
            notices.forEach(listener);
        }
    }

    @GuardedBy("lock")
    private Optional<byte[]> readFile(String name, List<StateNotice> notices) {
        String reason;
        try {
            return Optional.of(
                    StateFile.content(files.read(stateFile(name), MAX_CONTENT_LEN + StateFile.MAX_HEADER_LEN)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            reason = "it cannot be read: " + describe(e);
        } catch (StateFile.DamagedException e) {
            reason = e.getMessage();
        }
        moveAside(name, reason, notices);
        return Optional.empty();
    }

    @Override
    public void write(String name, byte[] content) {
        StateNames.check(name);
        StateNames.checkSize(content);
        update(name, Optional.of(content));
    }

    @Override
    public void delete(String name) {
        StateNames.check(name);
        update(name, Optional.empty());
    }

    private void update(String name, Optional<byte[]> content) {
        List<StateNotice> notices = new ArrayList<>();
        lock.lock();
        try {
            if (closed) {
                return;
            }
            setAside.remove(name);
            try {
                save(name, content);
                unsaved.remove(name);
                saveRest(notices);
            } catch (IOException e) {
                keepInMemory(name, content, e, notices);
            }
        } finally {
            lock.unlock();
            notices.forEach(listener);
        }
    }

    @Override
    public void setAside(String name, String reason) {
        StateNames.check(name);
        List<StateNotice> notices = new ArrayList<>();
        lock.lock();
        try {
            if (!closed) {
                unsaved.remove(name);
                moveAside(name, reason, notices);
            }
        } finally {
            lock.unlock();
            notices.forEach(listener);
        }
    }

    @Override
    public boolean isSetAside(String name) {
        StateNames.check(name);
        lock.lock();
        try {
            return setAside.contains(name);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isDurable() {
        lock.lock();
        try {
            return unsaved.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isDurable(String name) {
        StateNames.check(name);
        lock.lock();
        try {
            return !unsaved.containsKey(name);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        List<StateNotice> notices = new ArrayList<>();
        lock.lock();
        try {
            if (closed) {
                return;
            }
            saveRest(notices);
            closed = true;
            unsaved.clear();
            letGo();
        } finally {
            lock.unlock();
            notices.forEach(listener);
        }
    }

    private void letGo() {
        try {
            osLock.close();
        } catch (IOException e) {
            // the process's end lets go of the lock at the latest
        }
        HELD.remove(directory);
    }

    @GuardedBy("lock")
    private void save(String name, Optional<byte[]> content) throws IOException {
        if (!content.isPresent()) {
            files.delete(stateFile(name));
            return;
        }
        Path temporary = directory.resolve(name + ".tmp");
        try {
            files.write(temporary, StateFile.header(content.get()), content.get());
            files.rename(temporary, stateFile(name));
        } catch (IOException e) {
            deleteQuietly(temporary);
            throw e;
        }
        files.syncDirectory(directory);
    }

    /** Saves what the disk refused earlier, until it refuses again. */
    @GuardedBy("lock")
    private void saveRest(List<StateNotice> notices) {
        if (unsaved.isEmpty()) {
            return;
        }
        for (String name : ImmutableList.copyOf(unsaved.keySet())) {
            try {
                save(name, unsaved.get(name));
                unsaved.remove(name);
            } catch (IOException e) {
                return;
            }
        }
        if (!toldSavedAgain) {
            toldSavedAgain = true;
            notices.add(new StateNotice(StateNotice.Kind.SAVED_AGAIN, "directory", "the disk accepts writes again"));
        }
    }

    @GuardedBy("lock")
    private void keepInMemory(String name, Optional<byte[]> content, IOException cause, List<StateNotice> notices) {
        unsaved.put(name, content.map(byte[]::clone));
        if (!toldMemoryOnly) {
            toldMemoryOnly = true;
            notices.add(new StateNotice(StateNotice.Kind.MEMORY_ONLY, "directory", describe(cause)));
        }
    }

    @GuardedBy("lock")
    private void moveAside(String name, String reason, List<StateNotice> notices) {
        notices.add(new StateNotice(StateNotice.Kind.SET_ASIDE, name, reason));
        setAside.add(name);
        for (int number = MAX_BAD_FILES; number > 1; number--) {
            renameQuietly(badFile(name, number - 1), badFile(name, number));
        }
        try {
            files.rename(stateFile(name), badFile(name, 1));
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            keepInMemory(name, Optional.empty(), e, notices);
        }
    }

    private void renameQuietly(Path from, Path to) {
        try {
            files.rename(from, to);
        } catch (IOException e) {
            // most often there is none; else the next one takes its name
        }
    }

    private void deleteQuietly(Path file) {
        try {
            files.delete(file);
        } catch (IOException e) {
            // the next start removes it
        }
    }

    private Path stateFile(String name) {
        return directory.resolve(name + ".state");
    }

    private Path badFile(String name, int number) {
        return directory.resolve(name + ".bad-" + number);
    }

    private static StateStoreException inUse(String holder) {
        return new StateStoreException(StateStoreException.Reason.IN_USE, "the state directory is in use by " + holder);
    }

    private static StateStoreException unusable(String why, Throwable cause) {
        return new StateStoreException(
                StateStoreException.Reason.UNUSABLE, "the state directory cannot be used: " + why, cause);
    }

    private static String describe(IOException e) {
        return e.getMessage() == null
                ? e.getClass().getSimpleName()
                : e.getClass().getSimpleName() + " (" + e.getMessage() + ")";
    }
}
