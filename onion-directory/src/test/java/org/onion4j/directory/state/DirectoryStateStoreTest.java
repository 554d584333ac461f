package org.onion4j.directory.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.common.io.CharStreams;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.directory.state.StateNotice.Kind;

class DirectoryStateStoreTest {
    @TempDir
    Path temp;

    private final List<StateNotice> notices = new ArrayList<>();

    private DirectoryStateStore open() throws StateStoreException {
        return open(FileOperations.system());
    }

    private DirectoryStateStore open(FileOperations files) throws StateStoreException {
        return DirectoryStateStore.open(temp.resolve("state"), files, notices::add);
    }

    private Set<String> files() {
        try (Stream<Path> list = Files.list(temp.resolve("state"))) {
            Set<String> names = new TreeSet<>();
            list.forEach(path -> names.add(path.getFileName().toString()));
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void read_inANewDirectory_isEmptyAndWithoutNotice() throws Exception {
        try (StateStore store = open()) {
            assertThat(store.read("guards")).isEmpty();
            assertThat(store.isDurable()).isTrue();
        }
        assertThat(notices).isEmpty();
    }

    @Test
    void read_afterReopening_givesTheLastWrite() throws Exception {
        try (StateStore store = open()) {
            store.write("guards", bytes("old"));
            store.write("guards", bytes("new"));
            store.write("consensus", new byte[0]);
            store.write("gone", bytes("x"));
            store.delete("gone");
            store.delete("never-there");
        }
        try (StateStore store = open()) {
            assertThat(store.read("guards")).contains(bytes("new"));
            assertThat(store.read("consensus")).contains(new byte[0]);
            assertThat(store.read("gone")).isEmpty();
        }
        assertThat(files()).containsExactly("consensus.state", "guards.state", "lock");
        assertThat(notices).isEmpty();
    }

    @Test
    void write_copiesInAndOut() throws Exception {
        try (StateStore store = open(new FaultyFiles(FaultyFiles.Fault.REFUSED, 5))) {
            byte[] content = bytes("abc");
            store.write("guards", content);
            content[0] = 'X';
            store.read("guards").orElseThrow()[1] = 'X';
            assertThat(store.read("guards")).contains(bytes("abc"));
        }
    }

    @Test
    void files_areTheOwnersAlone() throws Exception {
        assumeThat(temp.getFileSystem().supportedFileAttributeViews()).contains("posix");
        try (StateStore store = open()) {
            store.write("guards", bytes("abc"));
            Path directory = temp.resolve("state");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                    .isEqualTo("rwx------");
            for (String file : files()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(file))))
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void open_aDirectoryThatOthersMayWriteTo_becomesItsOwnersAlone() throws Exception {
        assumeThat(temp.getFileSystem().supportedFileAttributeViews()).contains("posix");
        Path directory = Files.createDirectory(temp.resolve("state"));
        for (String open : new String[] {"rwxrwxrwx", "rwxrwx---", "rwx----w-"}) {
            notices.clear();
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(open));
            open().close();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                    .isEqualTo("rwx------");
            assertThat(notices).extracting(StateNotice::kind).containsExactly(Kind.PERMISSIONS);
            assertThat(notices.get(0).toString()).contains("others were allowed to write to it");
        }
        notices.clear();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        open().close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .as("that others see names does no harm")
                .isEqualTo("rwxr-xr-x");
        assertThat(notices).isEmpty();
        assertThat(files()).containsExactly("lock");
    }

    @Test
    void open_aSharedDirectory_isRefusedAndLeftAsItIs() throws Exception {
        assumeThat(temp.getFileSystem().supportedFileAttributeViews()).contains("unix");
        Path directory = Files.createDirectory(temp.resolve("state"));
        Files.setAttribute(directory, "unix:mode", 0x3FF);
        assertThatThrownBy(this::open)
                .isInstanceOf(StateStoreException.class)
                .hasMessageContaining("a directory that users share");
        assertThat((int) Files.getAttribute(directory, "unix:mode") & 0xFFF).isEqualTo(0x3FF);
        assertThat(files()).isEmpty();
    }

    @Test
    void open_anotherUsersDirectory_isRefused() throws Exception {
        Path directory = Files.createDirectory(temp.resolve("state"));
        giveAway(directory);
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        StateStoreException.class,
                        e -> assertThat(e.reason()).isEqualTo(StateStoreException.Reason.UNUSABLE))
                .hasMessageContaining("belongs to another user");
        assertThat(files()).isEmpty();
    }

    @Test
    void read_anotherUsersFile_isSetAside() throws Exception {
        try (StateStore store = open()) {
            store.write("guards", bytes("abc"));
        }
        giveAway(temp.resolve("state/guards.state"));
        try (StateStore store = open()) {
            assertThat(store.read("guards")).isEmpty();
        }
        assertThat(notices).extracting(StateNotice::kind).containsExactly(Kind.SET_ASIDE);
        assertThat(notices.get(0).detail()).contains("belongs to another user");
    }

    /** To nobody in particular, which the superuser alone can do. */
    private static void giveAway(Path path) throws IOException {
        assumeThat(path.getFileSystem().supportedFileAttributeViews()).contains("unix");
        try {
            Files.setAttribute(path, "unix:uid", 54321);
        } catch (FileSystemException e) {
            assumeThat(e).as("only the superuser can do this").isNull();
        }
    }

    @Test
    void open_lockThatIsALink_isRefusedAndItsTargetUntouched() throws Exception {
        assumeThat(temp.getFileSystem().supportedFileAttributeViews()).contains("posix");
        Files.createDirectory(temp.resolve("state"));
        Path target = Files.writeString(temp.resolve("target"), "of another program");
        for (Path to : new Path[] {target, temp.resolve("absent")}) {
            Path link = Files.createSymbolicLink(temp.resolve("state/lock"), to);
            assertThatThrownBy(this::open)
                    .isInstanceOfSatisfying(
                            StateStoreException.class,
                            e -> assertThat(e.reason()).isEqualTo(StateStoreException.Reason.UNUSABLE))
                    .hasMessageContaining("lock file is a link");
            Files.delete(link);
        }
        assertThat(Files.readString(target)).isEqualTo("of another program");
        assertThat(Files.exists(temp.resolve("absent"))).isFalse();
        open().close();
    }

    @Test
    void names_areRestricted() throws Exception {
        try (StateStore store = open();
                StateStore memory = new MemoryStateStore()) {
            for (String bad :
                    new String[] {"", "../x", "a/b", "a.b", "A", "-a", "1a", "a\0", "é", "lock ", "a".repeat(65)}) {
                assertThatThrownBy(() -> store.read(bad)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> memory.write(bad, new byte[0])).isInstanceOf(IllegalArgumentException.class);
            }
            store.write("a".repeat(64), bytes("longest"));
        }
    }

    @Test
    void t74_aFileCutOrForeign_isSetAsideOnceAndReplaced() throws Exception {
        Path file = temp.resolve("state/guards.state");
        String[] damaged = {"", "rubbish", "onion4j-state 2 0 0\n", "onion4j-state 1 00000000 5\nabc"};
        for (String content : damaged) {
            try (StateStore store = open()) {
                store.write("guards", bytes("good"));
                Files.writeString(file, content);
                notices.clear();
                assertThat(store.read("guards")).isEmpty();
                assertThat(store.read("guards")).isEmpty();
                assertThat(notices).extracting(StateNotice::kind).containsExactly(Kind.SET_ASIDE);
                assertThat(notices.get(0).toString()).contains("guards");
                store.write("guards", bytes("rebuilt"));
            }
            try (StateStore store = open()) {
                assertThat(store.read("guards")).contains(bytes("rebuilt"));
            }
        }
        assertThat(files())
                .as("the last three are kept")
                .containsExactly("guards.bad-1", "guards.bad-2", "guards.bad-3", "guards.state", "lock");
        assertThat(Files.readString(temp.resolve("state/guards.bad-1"))).isEqualTo(damaged[3]);
        assertThat(Files.readString(temp.resolve("state/guards.bad-3"))).isEqualTo(damaged[1]);
    }

    @Test
    void t74_contentThatItsOwnerCannotUse_isSetAside() throws Exception {
        try (StateStore store = open()) {
            store.write("guards", bytes("well formed, makes no sense"));
            store.setAside("guards", "no such field");
            assertThat(store.read("guards")).isEmpty();
        }
        assertThat(files()).containsExactly("guards.bad-1", "lock");
        assertThat(notices).extracting(StateNotice::detail).containsExactly("no such field");
    }

    @Test
    void t74_aDirectoryOrPipeInPlaceOfAFile_isSetAside() throws Exception {
        try (StateStore store = open()) {
            Files.createDirectory(temp.resolve("state/guards.state"));
            assertThat(store.read("guards")).isEmpty();
            store.write("guards", bytes("rebuilt"));
            assertThat(store.read("guards")).contains(bytes("rebuilt"));
        }
        assertThat(notices).extracting(StateNotice::kind).containsExactly(Kind.SET_ASIDE);
    }

    @Test
    void t75_filesRemovedWhileRunning_goesOnInMemory() throws Exception {
        try (StateStore store = open()) {
            store.write("guards", bytes("one"));
            Files.delete(temp.resolve("state/guards.state"));
            Files.delete(temp.resolve("state/lock"));
            Files.delete(temp.resolve("state"));
            assertThat(store.read("guards")).isEmpty();
            store.write("guards", bytes("two"));
            store.write("guards", bytes("three"));
            assertThat(store.read("guards")).contains(bytes("three"));
            assertThat(store.isDurable()).isFalse();
        }
        assertThat(notices).extracting(StateNotice::kind).containsExactly(Kind.MEMORY_ONLY);
    }

    /** A life of a client in small: two starts, with writes, a deletion and a damaged file. */
    private static void life(Path directory, FileOperations files, List<StateNotice> notices) throws Exception {
        for (int run = 0; run < 2; run++) {
            try (StateStore store = DirectoryStateStore.open(directory, files, notices::add)) {
                store.read("guards");
                store.write("guards", bytes("guards of run " + run));
                store.write("consensus", bytes("consensus " + run));
                store.delete("old-consensus");
                store.read("consensus");
                store.setAside("certificates", "made so by the test");
                store.write("certificates", bytes("certificates " + run));
            }
        }
    }

    private static int operationsOfALife(Path directory) throws Exception {
        FaultyFiles counting = new FaultyFiles(FaultyFiles.Fault.KILLED, Integer.MAX_VALUE);
        life(directory, counting, new ArrayList<>());
        return counting.count();
    }

    @Test
    void t75_killedAtAnyOperation_eachFileIsWhollyOldOrWhollyNew() throws Exception {
        int operations = operationsOfALife(temp.resolve("count"));
        assertThat(operations).isGreaterThan(30);
        for (FaultyFiles.Fault fault :
                new FaultyFiles.Fault[] {FaultyFiles.Fault.KILLED, FaultyFiles.Fault.KILLED_HALFWAY}) {
            for (int k = 1; k <= operations; k++) {
                Path directory = temp.resolve(fault + "-" + k);
                FaultyFiles files = new FaultyFiles(fault, k);
                assertThatThrownBy(() -> life(directory, files, new ArrayList<>()))
                        .isInstanceOf(FaultyFiles.KilledError.class);
                List<StateNotice> afterwards = new ArrayList<>();
                try (StateStore store = openImage(directory, k, afterwards)) {
                    assertThat(text(store, "guards")).isIn("", "guards of run 0", "guards of run 1");
                    assertThat(text(store, "consensus")).isIn("", "consensus 0", "consensus 1");
                    assertThat(text(store, "certificates")).isIn("", "certificates 0", "certificates 1");
                    store.write("guards", bytes("after the restart"));
                    assertThat(store.isDurable()).isTrue();
                }
                assertThat(afterwards).as("%s at %s", fault, k).isEmpty();
            }
        }
    }

    /** The disk as the dead process left it; a copy, since this process still counts as the holder of the original. */
    private StateStore openImage(Path directory, int k, List<StateNotice> afterwards) throws Exception {
        Path image = temp.resolve("image-" + directory.getFileName() + "-" + k);
        Files.createDirectory(image);
        if (Files.isDirectory(directory)) {
            try (Stream<Path> list = Files.list(directory)) {
                for (Path file : (Iterable<Path>) list::iterator) {
                    Files.copy(file, image.resolve(file.getFileName()));
                }
            }
        }
        return DirectoryStateStore.open(image, FileOperations.system(), afterwards::add);
    }

    private static String text(StateStore store, String name) {
        return new String(store.read(name).orElse(new byte[0]), UTF_8);
    }

    @Test
    void t75_diskRefusesFromAnyOperationOn_goesOnInMemoryWithOneWarning() throws Exception {
        int operations = operationsOfALife(temp.resolve("count"));
        for (int k = 1; k <= operations; k++) {
            Path directory = temp.resolve("refused-" + k);
            List<StateNotice> told = new ArrayList<>();
            FileOperations files = new FaultyFiles(FaultyFiles.Fault.REFUSED, k);
            try (StateStore store = DirectoryStateStore.open(directory, files, told::add)) {
                store.write("guards", bytes("one"));
                store.write("guards", bytes("two"));
                store.delete("consensus");
                assertThat(store.read("guards")).contains(bytes("two"));
                store.write("consensus", bytes("three"));
                assertThat(store.read("consensus")).contains(bytes("three"));
                if (!store.isDurable()) {
                    assertThat(told).extracting(StateNotice::kind).containsExactly(Kind.MEMORY_ONLY);
                } else {
                    assertThat(told).isEmpty();
                }
            } catch (StateStoreException e) {
                assertThat(e.reason()).isEqualTo(StateStoreException.Reason.UNUSABLE);
                assertThat(k).as("a start on a refusing disk").isLessThanOrEqualTo(2);
            }
        }
    }

    @Test
    void t75_diskWorksAgain_savesWhatWasKept() throws Exception {
        FaultyFiles files = new FaultyFiles(FaultyFiles.Fault.REFUSED_ONCE, 4);
        try (StateStore store = open(files)) {
            store.write("guards", bytes("kept"));
            assertThat(store.isDurable()).isFalse();
            store.write("consensus", bytes("saved"));
            assertThat(store.isDurable()).isTrue();
        }
        assertThat(notices).extracting(StateNotice::kind).containsExactly(Kind.MEMORY_ONLY, Kind.SAVED_AGAIN);
        try (StateStore store = open()) {
            assertThat(store.read("guards")).contains(bytes("kept"));
            assertThat(store.read("consensus")).contains(bytes("saved"));
        }
    }

    @Test
    void close_savesWhatWasKept() throws Exception {
        try (StateStore store = open(new FaultyFiles(FaultyFiles.Fault.REFUSED_ONCE, 4))) {
            store.write("guards", bytes("kept"));
        }
        try (StateStore store = open()) {
            assertThat(store.read("guards")).contains(bytes("kept"));
        }
    }

    @Test
    void open_leftoversOfACrash_areRemoved() throws Exception {
        open().close();
        Files.writeString(temp.resolve("state/guards.tmp"), "half");
        open().close();
        assertThat(files()).containsExactly("lock");
    }

    @Test
    void anInterruptedThread_savesLikeAnyOther() throws Exception {
        Thread.currentThread().interrupt();
        try (StateStore store = open()) {
            store.write("guards", bytes("saved"));
            assertThat(store.read("guards")).contains(bytes("saved"));
            assertThat(store.isDurable()).isTrue();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(notices).isEmpty();
    }

    @Test
    void afterClose_callsDoNothing() throws Exception {
        DirectoryStateStore store = open();
        store.write("guards", bytes("x"));
        store.close();
        store.write("guards", bytes("late"));
        store.delete("guards");
        store.setAside("guards", "late");
        assertThat(store.read("guards")).isEmpty();
        try (StateStore again = open()) {
            store.close();
            assertThat(again.read("guards")).contains(bytes("x"));
            assertThatThrownBy(this::open).as("a second close must not let go").isInstanceOf(StateStoreException.class);
        }
    }

    @Test
    void t76_secondStartInOneProcess_isRefusedAndHarmsNobody() throws Exception {
        try (StateStore first = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOfSatisfying(
                            StateStoreException.class,
                            e -> assertThat(e.reason()).isEqualTo(StateStoreException.Reason.IN_USE));
            first.write("guards", bytes("still mine"));
            assertThat(holdInAnotherProcess().refused())
                    .as("the failed start has not let go of the lock")
                    .isTrue();
        }
        open().close();
    }

    @Test
    void t76_heldByAnotherProcess_isRefusedUntilItIsKilled() throws Exception {
        Holder holder = holdInAnotherProcess();
        assertThat(holder.refused()).isFalse();
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        StateStoreException.class,
                        e -> assertThat(e.reason()).isEqualTo(StateStoreException.Reason.IN_USE));
        holder.process().destroyForcibly().waitFor();
        try (StateStore store = open()) {
            assertThat(store.read("guards")).contains(bytes("of the other process"));
        }
    }

    private record Holder(Process process, boolean refused) {}

    private Holder holdInAnotherProcess() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HolderMain.class.getName(),
                        temp.resolve("state").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        InputStreamReader out = new InputStreamReader(process.getInputStream(), UTF_8);
        int first = out.read();
        if (first == 'r') {
            CharStreams.exhaust(out);
            process.waitFor();
        }
        return new Holder(process, first == 'r');
    }

    /** Opens the directory, says whether it could, and holds it until killed. */
    static final class HolderMain {
        private HolderMain() {}

        @SuppressWarnings("SystemOut")
        public static void main(String[] args) throws Exception {
            try (StateStore store = DirectoryStateStore.open(Path.of(args[0]), FileOperations.system(), n -> {})) {
                store.write("guards", bytes("of the other process"));
                System.out.print("h");
                System.out.flush();
                System.in.read();
            } catch (StateStoreException e) {
                System.out.print("r");
            }
        }
    }

    @Test
    void open_notADirectory_isUnusable() throws Exception {
        Files.writeString(temp.resolve("state"), "a file");
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        StateStoreException.class,
                        e -> assertThat(e.reason()).isEqualTo(StateStoreException.Reason.UNUSABLE));
    }

    @Test
    void memory_keepsUntilClosed() {
        MemoryStateStore store = new MemoryStateStore();
        store.write("guards", bytes("x"));
        store.read("guards").orElseThrow()[0] = 'y';
        assertThat(store.read("guards")).contains(bytes("x"));
        store.setAside("guards", "why not");
        assertThat(store.read("guards")).isEmpty();
        assertThat(store.isDurable()).isTrue();
        store.close();
        store.write("guards", bytes("late"));
        assertThat(store.read("guards")).isEmpty();
    }
}
