package org.onion4j.directory.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.guard.GuardFailure;
import org.onion4j.directory.guard.GuardManager;
import org.onion4j.directory.guard.GuardRestriction;
import org.onion4j.directory.guard.GuardUsage;
import org.onion4j.directory.guard.GuardUse;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.path.PathRules;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.state.DirectoryStateStore;
import org.onion4j.directory.state.FaultyFiles;
import org.onion4j.directory.state.FileOperations;
import org.onion4j.directory.state.StateNotice;
import org.onion4j.directory.state.StateStore;
import org.onion4j.directory.state.StateStoreException;
import org.onion4j.directory.supply.BuildTimeouts;

/**
 * T74 and T75 for a whole client on a real directory: whatever is done to the files of one run, and whichever operation on
 * them fails, the next run bootstraps, and nothing but the file at fault is lost.
 */
class StateDamageTest {
    private static final Instant START = DirectoryManagerTest.START;
    private static final Instant VALID_AFTER = DirectoryManagerTest.VALID_AFTER;
    private static final int RELAYS = 12;
    private static final int STEP = 64;

    /** More cuts of one file than this would only make the test slow. */
    private static final int MAX_CUTS = 12;

    private static final int FLIPS = 5;

    @TempDir
    Path temp;

    private int images;

    /** A client's run on a directory. */
    private static final class Run {
        final FakeRuntime runtime = new FakeRuntime(START);
        final FakeDirectories directories = new FakeDirectories(runtime);
        final List<StateNotice> notices = new ArrayList<>();
        boolean ready;
        int guards;

        Run() {
            directories.publish(RELAYS, VALID_AFTER, 1);
        }

        /** Bootstraps, uses a guard, learns a build time, and takes another consensus if wanted. */
        Run live(Path directory, FileOperations files, boolean rotation) throws StateStoreException {
            try (StateStore store = DirectoryStateStore.open(directory, files, notices::add)) {
                SeededRandom random = new SeededRandom(3);
                GuardManager manager =
                        GuardManager.open(store, runtime.clock(), runtime.ticker(), random, relay -> true);
                BuildTimeouts timeouts = BuildTimeouts.open(store, random);
                try (Client client = new Client(runtime, directories, store, directories.network(4))) {
                    runtime.run(Duration.ofSeconds(20));
                    use(client, manager);
                    timeouts.onBuilt(Duration.ofMillis(700));
                    manager.save();
                    timeouts.save();
                    if (rotation) {
                        directories.publish(RELAYS, VALID_AFTER.plus(Duration.ofHours(2)), 2);
                        runtime.run(Duration.ofHours(3));
                        manager.save();
                    }
                    ready = client.ready();
                    guards = manager.status().sampled();
                }
            }
            return this;
        }

        private void use(Client client, GuardManager manager) {
            client.manager.view().ifPresent(view -> manager.update(PathSelector.of(view, PathRules.DEFAULT)));
            try {
                GuardUse use = manager.choose(GuardUsage.TRAFFIC, GuardRestriction.NONE);
                use.answered();
                use.succeeded();
                use.closed();
                manager.choose(GuardUsage.TRAFFIC, GuardRestriction.NONE).failed(GuardFailure.LATER_HOP);
            } catch (NoPathException e) {
                assertThat(client.ready()).as("no guard").isFalse();
            }
        }
    }

    private Map<String, byte[]> good;

    @BeforeEach
    void firstRun() throws Exception {
        Path directory = temp.resolve("first");
        assertThat(new Run().live(directory, FileOperations.system(), false).ready)
                .isTrue();
        good = new LinkedHashMap<>();
        try (Stream<Path> list = Files.list(directory)) {
            for (Path file : (Iterable<Path>) list.sorted()::iterator) {
                good.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        assertThat(good.keySet())
                .anyMatch(name -> name.contains("consensus"))
                .anyMatch(name -> name.contains("certificates"))
                .anyMatch(name -> name.contains("microdescriptors"))
                .anyMatch(name -> name.contains("guards"))
                .anyMatch(name -> name.contains("build-times"));
    }

    private Path image(Map<String, byte[]> files) throws IOException {
        Path directory = temp.resolve("image-" + images++);
        Files.createDirectory(directory);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Files.write(directory.resolve(file.getKey()), file.getValue());
        }
        return directory;
    }

    private void startsWith(String name, byte[] damaged, String what) throws Exception {
        Map<String, byte[]> files = new LinkedHashMap<>(good);
        files.put(name, damaged);
        Run run = new Run().live(image(files), FileOperations.system(), false);
        assertThat(run.ready).as("%s: %s", name, what).isTrue();
        assertThat(run.notices)
                .as("%s: %s", name, what)
                .extracting(StateNotice::kind)
                .hasSizeLessThanOrEqualTo(1)
                .doesNotContain(StateNotice.Kind.MEMORY_ONLY);
        if (!name.contains("guards")) {
            assertThat(run.guards).as("guards kept").isEqualTo(guardsOf(good));
        }
    }

    private int guardsOf(Map<String, byte[]> files) throws Exception {
        try (StateStore store = DirectoryStateStore.open(image(files), FileOperations.system(), notice -> {})) {
            return org.onion4j.directory.guard.GuardState.decode(
                            store.read(GuardManager.STATE_NAME).orElseThrow())
                    .size();
        }
    }

    @Test
    void t74_eachFileCutAtMultiplesOf64Bytes_theNextRunBootstraps() throws Exception {
        for (Map.Entry<String, byte[]> file : good.entrySet()) {
            int length = file.getValue().length;
            int step = STEP * Math.max(1, (length / STEP + MAX_CUTS - 1) / MAX_CUTS);
            for (int at = 0; at < length; at += step) {
                startsWith(file.getKey(), Arrays.copyOf(file.getValue(), at), "cut at " + at);
            }
        }
    }

    @Test
    void t74_eachFileWithABitFlipped_theNextRunBootstraps() throws Exception {
        Random random = new Random(5);
        for (Map.Entry<String, byte[]> file : good.entrySet()) {
            for (int i = 0; i < FLIPS && file.getValue().length > 0; i++) {
                byte[] flipped = file.getValue().clone();
                int at = random.nextInt(flipped.length);
                flipped[at] ^= (byte) (1 << random.nextInt(8));
                startsWith(file.getKey(), flipped, "flipped at " + at);
            }
        }
    }

    @Test
    void t74_eachFileOversized_theNextRunBootstraps() throws Exception {
        for (Map.Entry<String, byte[]> file : good.entrySet()) {
            byte[] large = Arrays.copyOf(file.getValue(), file.getValue().length + (4 << 20));
            startsWith(file.getKey(), large, "too long");
        }
    }

    @Test
    void t75_operationsOfABootstrapAndARotationRefused_thisRunAndTheNextWork() throws Exception {
        FaultyFiles counting = new FaultyFiles(FaultyFiles.Fault.KILLED, Integer.MAX_VALUE);
        new Run().live(temp.resolve("counting"), counting, true);
        for (int k = 3; k <= counting.count(); k += 2) { // a disk that refuses from the start on is no directory at all
            Path directory = temp.resolve("refused-" + k);
            Run run = new Run().live(directory, new FaultyFiles(FaultyFiles.Fault.REFUSED, k), true);
            assertThat(run.ready).as("operation %s refused", k).isTrue();
            assertThat(run.notices)
                    .as("operation %s refused", k)
                    .extracting(StateNotice::kind)
                    .hasSizeLessThanOrEqualTo(1);
            Run next = new Run().live(directory, FileOperations.system(), true);
            assertThat(next.ready).as("after operation %s was refused", k).isTrue();
            assertThat(next.notices).as("after operation %s was refused", k).isEmpty();
        }
    }
}
