package org.onion4j.hs.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.UnsignedLong;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.state.DirectoryStateStore;
import org.onion4j.directory.state.FileOperations;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.state.StateNotice;
import org.onion4j.directory.state.StateStore;

class ServiceStateTest {
    private static final TimePeriod PERIOD = new TimePeriod(20_573, 1440);
    private static final Instant EXPIRES = Instant.parse("2026-05-02T10:00:00Z");

    private final SeededRandom random = new SeededRandom(7);
    private final StateStore store = new MemoryStateStore();

    private SavedPoint point() {
        return new SavedPoint(
                RsaIdentity.copyOf(random.bytes(20)),
                SecretBytes.adopt(random.bytes(64)),
                SecretBytes.adopt(random.bytes(32)),
                EXPIRES,
                17_000);
    }

    private Bytes key() {
        return Bytes.copyOf(random.bytes(32));
    }

    private static UnsignedLong number(long value) {
        return UnsignedLong.valueOf(value);
    }

    @Test
    void open_afterRestart_hasAllThatWasSaved() {
        Bytes blinded = key();
        ImmutableList<Bytes> clients = ImmutableList.of(key(), key());
        try (ServiceIdentity identity = ServiceIdentity.generate(random);
                SavedPoint point = point()) {
            try (ServiceState state = ServiceState.open(store, "web")) {
                state.saveIdentity(identity);
                state.saveIntroductionPoints(ImmutableList.of(point));
                state.saveClients(clients);
                state.nextRevision(PERIOD, blinded, number(100));
            }
            try (ServiceState state = ServiceState.open(store, "web");
                    ServiceIdentity saved = state.identity().orElseThrow()) {
                state.claim(saved);
                assertThat(saved.address()).isEqualTo(identity.address());
                assertThat(state.isIdentityLost()).isFalse();
                assertThat(state.clients()).contains(clients);
                assertThat(state.nextRevision(PERIOD, blinded, number(50))).isEqualTo(number(101));
                SavedPoint again = state.introductionPoints().get(0);
                assertThat(again.relay()).isEqualTo(point.relay());
                assertThat(again.authKey().equalsConstantTime(point.authKey())).isTrue();
                assertThat(again.encryptionKey().equalsConstantTime(point.encryptionKey()))
                        .isTrue();
                assertThat(again.expires()).isEqualTo(EXPIRES);
                assertThat(again.introductionsLeft()).isEqualTo(17_000);
                again.close();
            }
        }
    }

    @Test
    void open_nothingSaved_isEmpty() {
        try (ServiceState state = ServiceState.open(store, "web")) {
            assertThat(state.identity()).isEmpty();
            assertThat(state.isIdentityLost()).isFalse();
            assertThat(state.introductionPoints()).isEmpty();
            assertThat(state.clients()).isEmpty();
        }
    }

    /** A disk that is full: what is written is in memory alone. */
    private StateStore refusing(boolean[] full) {
        return new StateStore() {
            @Override
            public Optional<byte[]> read(String name) {
                return store.read(name);
            }

            @Override
            public void write(String name, byte[] content) {
                store.write(name, content);
            }

            @Override
            public void delete(String name) {
                store.delete(name);
            }

            @Override
            public void setAside(String name, String reason) {
                store.setAside(name, reason);
            }

            @Override
            public boolean isDurable() {
                return !full[0];
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void saveIdentity_whereNothingOutlivesTheRun_saysSoAndForgetsIt() {
        boolean[] full = {true};
        try (ServiceIdentity identity = ServiceIdentity.generate(random)) {
            try (ServiceState state = ServiceState.open(refusing(full), "web")) {
                assertThat(state.saveIdentity(identity)).isFalse();
                assertThat(state.identity()).isEmpty();
                assertThat(state.isIdentityLost()).isFalse();
            }
            try (ServiceState state = ServiceState.open(refusing(full), "web")) {
                assertThat(state.identity()).isEmpty(); // a second attempt of the same run
                full[0] = false;
                assertThat(state.saveIdentity(identity)).isTrue();
            }
            try (ServiceState state = ServiceState.open(store, "web");
                    ServiceIdentity saved = state.identity().orElseThrow()) {
                assertThat(saved.address()).isEqualTo(identity.address());
            }
        }
    }

    @Test
    void identityWithoutItsFlag_isKnownToBeLostOnceItHasBeenUsed() {
        try (ServiceIdentity identity = ServiceIdentity.generate(random)) {
            try (ServiceState state = ServiceState.open(store, "web")) {
                state.saveIdentity(identity);
            }
            store.delete("onion-service-web"); // as after a crash between both files
            try (ServiceState state = ServiceState.open(store, "web")) {
                state.claim(identity);
            }
            store.delete("onion-key-web");
            try (ServiceState state = ServiceState.open(store, "web")) {
                assertThat(state.isIdentityLost()).isTrue();
            }
        }
    }

    @Test
    void keyThatMakesNoSense_isLost_alsoInTheNextRun() {
        store.write("onion-key-web", new byte[] {1, 2, 3});
        for (int run = 0; run < 2; run++) {
            try (ServiceState state = ServiceState.open(store, "web")) {
                assertThat(state.identity()).isEmpty();
                assertThat(state.isIdentityLost()).isTrue();
            }
        }
    }

    @Test
    void open_otherName_isAnotherServicesState() {
        try (ServiceIdentity identity = ServiceIdentity.generate(random);
                ServiceState state = ServiceState.open(store, "web");
                ServiceState other = ServiceState.open(store, "chat")) {
            state.saveIdentity(identity);
            assertThat(other.identity()).isEmpty();
        }
    }

    @Test
    void nextRevision_neverTheSameOrLower() {
        Bytes blinded = key();
        UnsignedLong last = UnsignedLong.ZERO;
        for (long proposed : new long[] {1, 1, 10, 5, 11, 11, 12, 3, 40}) {
            try (ServiceState state = ServiceState.open(store, "web")) { // a restart each time
                UnsignedLong next = state.nextRevision(PERIOD, blinded, number(proposed));
                assertThat(next).isGreaterThan(last).isGreaterThanOrEqualTo(number(proposed));
                last = next;
            }
        }
    }

    @Test
    void nextRevision_ofManyPeriods_remembersTheNewestEight() {
        List<Bytes> keys = new ArrayList<>();
        try (ServiceState state = ServiceState.open(store, "web")) {
            for (int i = 0; i < 20; i++) {
                keys.add(key());
                state.nextRevision(new TimePeriod(20_000 + i, 1440), keys.get(i), number(1000));
            }
        }
        try (ServiceState state = ServiceState.open(store, "web")) {
            for (int i = 12; i < 20; i++) {
                assertThat(state.nextRevision(new TimePeriod(20_000 + i, 1440), keys.get(i), number(1)))
                        .isEqualTo(number(1001));
            }
        }
    }

    @Test
    void claim_byAnotherIdentity_forgetsPointsAndClients() {
        try (ServiceIdentity identity = ServiceIdentity.generate(random);
                ServiceIdentity other = ServiceIdentity.generate(random);
                SavedPoint point = point();
                ServiceState state = ServiceState.open(store, "web")) {
            state.claim(identity);
            state.saveIntroductionPoints(ImmutableList.of(point));
            state.saveClients(ImmutableList.of(key()));
            state.claim(identity);
            assertThat(state.introductionPoints()).hasSize(1);
            state.claim(other);
            assertThat(state.introductionPoints()).isEmpty();
            assertThat(state.clients()).isEmpty();
        }
    }

    @Test
    void saveIntroductionPoints_callersWipeTheirs_oursStay() {
        try (ServiceState state = ServiceState.open(store, "web")) {
            SavedPoint point = point();
            state.saveIntroductionPoints(ImmutableList.of(point));
            point.close();
            state.introductionPoints().forEach(saved -> {
                assertThat(saved.authKey().exposeArray()).isNotEqualTo(new byte[64]);
                saved.close();
            });
            state.nextRevision(PERIOD, key(), number(1)); // writes them once more
        }
        assertThat(ServiceState.open(store, "web").introductionPoints()).hasSize(1);
    }

    /** What is written under any name. */
    private static final class Watched implements StateStore {
        private final StateStore store = new MemoryStateStore();
        private final List<Bytes> written = new ArrayList<>();
        private final List<String> aside = new ArrayList<>();

        @Override
        public Optional<byte[]> read(String name) {
            return store.read(name);
        }

        @Override
        public void write(String name, byte[] content) {
            written.add(Bytes.copyOf(content));
            store.write(name, content);
        }

        @Override
        public void delete(String name) {
            store.delete(name);
        }

        @Override
        public void setAside(String name, String reason) {
            aside.add(name);
            store.setAside(name, reason);
        }

        @Override
        public boolean isDurable() {
            return store.isDurable();
        }

        @Override
        public void close() {
            store.close();
        }

        boolean contains(Bytes secret) {
            return written.stream().anyMatch(content -> content.hex().contains(secret.hex()));
        }
    }

    @Test
    void identityInMemoryOnly_neverReachesTheStore() throws Exception {
        Watched watched = new Watched();
        byte[] seed = random.bytes(32);
        try (ServiceIdentity identity = ServiceIdentity.ofSeed(SecretBytes.adopt(seed.clone()));
                SavedPoint point = point();
                SecretBytes expanded = identity.exposeExpanded();
                ServiceState state = ServiceState.open(watched, "web")) {
            state.claim(identity);
            state.saveIntroductionPoints(ImmutableList.of(point));
            state.nextRevision(PERIOD, key(), number(5));

            byte[] secret = expanded.exposeArray();
            assertThat(watched.written).isNotEmpty();
            assertThat(watched.contains(Bytes.copyOf(seed))).isFalse();
            assertThat(watched.contains(Bytes.copyOf(secret, 0, 32))).isFalse();
            assertThat(watched.contains(Bytes.copyOf(secret, 32, 32))).isFalse();
            assertThat(watched.contains(identity.publicKey())).as("its address").isFalse();
            assertThat(ServiceState.open(watched, "web").isIdentityLost()).isFalse();
        }
    }

    @Test
    void t74_damagedContent_isSetAside() {
        Watched watched = new Watched();
        try (ServiceIdentity identity = ServiceIdentity.generate(random);
                ServiceState state = ServiceState.open(watched, "web")) {
            state.saveIdentity(identity);
        }
        watched.write("onion-service-web", new byte[] {1, 2, 3});
        watched.write("onion-key-web", new byte[96]);
        try (ServiceState state = ServiceState.open(watched, "web")) {
            assertThat(state.identity()).isEmpty();
            assertThat(watched.aside).containsExactlyInAnyOrder("onion-key-web", "onion-service-web");
        }
    }

    @Test
    void t74_keyGone_isToldAsLost() {
        try (ServiceIdentity identity = ServiceIdentity.generate(random);
                ServiceState state = ServiceState.open(store, "web")) {
            state.saveIdentity(identity);
        }
        store.delete("onion-key-web");
        try (ServiceState state = ServiceState.open(store, "web")) {
            assertThat(state.isIdentityLost()).isTrue();
        }
    }

    @Test
    void files_areTheOwnersAlone_damageIsTold(@TempDir Path directory) throws Exception {
        Path home = directory.resolve("state");
        List<StateNotice> notices = new ArrayList<>();
        try (ServiceIdentity identity = ServiceIdentity.generate(random)) {
            try (DirectoryStateStore files = DirectoryStateStore.open(home, FileOperations.system(), notices::add);
                    ServiceState state = ServiceState.open(files, "web")) {
                state.saveIdentity(identity);
            }
            Path key = home.resolve("onion-key-web.state");
            assertThat(Files.getPosixFilePermissions(home))
                    .isSubsetOf(
                            PosixFilePermission.OWNER_READ,
                            PosixFilePermission.OWNER_WRITE,
                            PosixFilePermission.OWNER_EXECUTE);
            assertThat(Files.getPosixFilePermissions(key))
                    .isSubsetOf(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
            byte[] bytes = Files.readAllBytes(key);
            bytes[bytes.length - 1] ^= 1;
            Files.write(key, bytes);
        }
        try (DirectoryStateStore files = DirectoryStateStore.open(home, FileOperations.system(), notices::add);
                ServiceState state = ServiceState.open(files, "web")) {
            assertThat(state.identity()).isEmpty();
            assertThat(state.isIdentityLost()).isTrue();
            assertThat(notices).anySatisfy(notice -> assertThat(notice.kind()).isEqualTo(StateNotice.Kind.SET_ASIDE));
        }
    }

    @Test
    void delete_forgetsAll() {
        try (ServiceIdentity identity = ServiceIdentity.generate(random)) {
            ServiceState state = ServiceState.open(store, "web");
            state.saveIdentity(identity);
            state.delete();
            assertThat(ServiceState.open(store, "web").identity()).isEmpty();
            assertThat(ServiceState.open(store, "web").isIdentityLost()).isFalse();
        }
    }

    @Test
    void afterClose_nothingIsFoundOrSaved() {
        ServiceState state = ServiceState.open(store, "web");
        state.close();
        try (ServiceIdentity identity = ServiceIdentity.generate(random);
                SavedPoint point = point()) {
            state.saveIdentity(identity);
            state.claim(identity);
            state.saveIntroductionPoints(ImmutableList.of(point));
            state.nextRevision(PERIOD, key(), number(1));
        }
        assertThat(state.identity()).isEmpty();
        assertThat(store.read("onion-key-web")).isEmpty();
        assertThat(store.read("onion-service-web")).isEmpty();
    }
}
