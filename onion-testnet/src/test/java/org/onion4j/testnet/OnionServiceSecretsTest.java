package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.BaseEncoding;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionClientKeyPair;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.api.OnionServiceException;
import org.onion4j.api.OnionServiceException.Reason;
import org.onion4j.api.OnionServiceKey;
import org.onion4j.api.OnionServiceStream;
import org.onion4j.api.OnionStream;
import org.slf4j.LoggerFactory;

/**
 * T86 for onion services: neither names nor keys nor cookies are in what is logged at INFO and above, in exceptions with
 * their causes, in what public objects say of themselves or in the names of threads, whether it went well or not.
 */
@Timeout(120)
class OnionServiceSecretsTest {
    private static final Duration STEP = Duration.ofSeconds(10);
    private static final Duration LONG = Duration.ofMinutes(30);
    private static final Duration REAL_LIMIT = Duration.ofSeconds(20);
    private static final String LOG_WORKS = "the log is heard";
    private static final int AUTH_KEY_OFFSET = 3;
    private static final int KEY_LEN = 32;
    private static final String FETCH = "GET /tor/hs/3/";

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final StringBuilder told = new StringBuilder();
    private final Queue<byte[]> secrets = new ConcurrentLinkedQueue<>();
    private final Queue<String> names = new ConcurrentLinkedQueue<>();
    private final Set<Reason> reasons = EnumSet.noneOf(Reason.class);
    private PrintStream before;
    private TestNetwork network;

    @BeforeEach
    void begin() throws Exception {
        before = System.err;
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        LoggerFactory.getLogger(OnionServiceSecretsTest.class).warn(LOG_WORKS);
        network = TestNetwork.builder()
                .relays(10)
                .exits(1)
                .seed(86)
                .standingTime()
                .build();
        hostile();
    }

    @AfterEach
    void end() {
        System.setErr(before);
        network.close();
    }

    /** Relays do this, and remember secrets that they are told in any case. */
    private void hostile(Hostility... more) {
        List<Hostility> all = new ArrayList<>(List.of(more));
        all.add(0, this::remember);
        network.relays().forEach(relay -> relay.hostile(all.toArray(Hostility[]::new)));
    }

    private Reaction remember(Passing passing) {
        if (passing.isFromClient("ESTABLISH_RENDEZVOUS")) {
            secrets.add(passing.data()); // the cookie
        } else if (passing.isFromClient("ESTABLISH_INTRO")) {
            secrets.add(Arrays.copyOfRange(passing.data(), AUTH_KEY_OFFSET, AUTH_KEY_OFFSET + KEY_LEN));
        } else if (passing.isFromClient("DATA")) {
            String text = new String(passing.data(), StandardCharsets.US_ASCII);
            if (text.startsWith(FETCH)) {
                names.add(text.substring(FETCH.length(), text.indexOf(' ', FETCH.length()))); // the blinded key
            }
        }
        return Reaction.pass();
    }

    private <T> CompletableFuture<T> await(CompletableFuture<T> future) throws Exception {
        network.time().settle(REAL_LIMIT);
        for (Duration passed = Duration.ZERO;
                !future.isDone() && passed.compareTo(LONG) < 0;
                passed = passed.plus(STEP)) {
            network.time().advance(STEP);
        }
        assertThat(future.handle((value, failure) -> true)).succeedsWithin(REAL_LIMIT);
        return future;
    }

    private void tell(Object... objects) {
        for (Object one : objects) {
            told.append(one).append('\n');
        }
    }

    private Throwable failure(CompletableFuture<?> future) throws Exception {
        Throwable failure = await(future).handle((value, why) -> why).get();
        assertThat(failure).isNotNull();
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        tell(text);
        if (failure instanceof OnionServiceException service) {
            reasons.add(service.reason());
        }
        return failure;
    }

    private CompletableFuture<OnionStream> open(OnionClient client, String host, int port) {
        return client.openStreamAsync(host, port, ClientUnderTest.newCircuit(Duration.ofDays(1)));
    }

    private void assertRefused(OnionClient client, String host, Reason reason) throws Exception {
        assertThat(failure(open(client, host, 80)))
                .isInstanceOfSatisfying(
                        OnionServiceException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private static boolean isAtDirectory(Passing passing, String message) {
        return passing.isFromClient(message) && !passing.previous().isClient();
    }

    /** All that nobody may say. */
    private void assertNothingSaid() {
        Thread.getAllStackTraces().keySet().forEach(thread -> tell(thread.getName()));
        String logged = log.toString(StandardCharsets.UTF_8);
        assertThat(logged).contains(LOG_WORKS);
        String all = told + logged;
        String lower = all.toLowerCase(Locale.ROOT);
        assertThat(all).contains("Exception");
        for (byte[] secret : secrets) {
            String list = Arrays.toString(Arrays.copyOf(secret, 6));
            assertThat(all)
                    .doesNotContain(BaseEncoding.base64().encode(secret).substring(0, 10))
                    .doesNotContain(list.substring(0, list.length() - 1));
            assertThat(lower).doesNotContain(BaseEncoding.base16().lowerCase().encode(Arrays.copyOf(secret, 6)));
        }
        for (String name : names) {
            assertThat(lower).doesNotContain(name.substring(0, 12).toLowerCase(Locale.ROOT));
        }
        for (TestRelay relay : network.relays()) {
            assertThat(all)
                    .doesNotContain(relay.address().getAddress().getHostAddress() + ":")
                    .doesNotContain(relay.fingerprint());
        }
    }

    private void plant(OnionServiceKey key) {
        byte[] expanded = key.expanded();
        secrets.add(Arrays.copyOf(expanded, KEY_LEN));
        secrets.add(Arrays.copyOfRange(expanded, KEY_LEN, 2 * KEY_LEN));
        secrets.add(Arrays.copyOf(
                BaseEncoding.base32().decode(key.address().substring(0, 56).toUpperCase(Locale.ROOT)), KEY_LEN));
        names.add(key.address());
    }

    private void plant(OnionClientKeyPair pair) {
        secrets.add(pair.privateKey());
        secrets.add(pair.publicKey().bytes());
    }

    private static String withWrongChecksum(String address) {
        char other = address.charAt(52) == 'a' ? 'b' : 'a'; // of the checksum alone
        return address.substring(0, 52) + other + address.substring(53);
    }

    @Test
    void t86_whatAServiceAndItsClientsDo_namesNobody() throws Exception {
        try (OnionServiceKey key = OnionServiceKey.generate();
                OnionServiceKey nobody = OnionServiceKey.generate();
                OnionClientKeyPair pair = OnionClientKeyPair.generate();
                OnionClientKeyPair stranger = OnionClientKeyPair.generate();
                OnionClient host = network.newClient();
                OnionClient client = network.newClient()) {
            plant(key);
            plant(nobody);
            plant(pair);
            plant(stranger);
            Queue<Object> events = new ConcurrentLinkedQueue<>();
            OnionServiceConfig config = OnionServiceConfig.builder()
                    .inMemoryOnly()
                    .key(key)
                    .authorizeClient(pair.publicKey())
                    .port(80)
                    .port(81)
                    .listener(events::add)
                    .build();
            OnionService service = await(host.hostAsync(config)).get();
            await(service.published());
            client.authorize(key.address(), pair);
            meet(client, service);
            tell(key, pair, pair.publicKey(), config, client, host, client.status(), host.status());

            assertThat(failure(host.hostAsync(config))).hasMessageContaining("already");
            refuse(client, key.address(), nobody.address(), stranger);

            events.forEach(this::tell);
            service.close();
            failure(service.acceptAsync());
            tell(service);
        }
        assertThat(reasons).containsExactlyInAnyOrder(Reason.values());
        assertThat(secrets).hasSizeGreaterThan(15);
        assertNothingSaid();
    }

    private void meet(OnionClient client, OnionService service) throws Exception {
        CompletableFuture<OnionServiceStream> accepting = service.acceptAsync();
        try (OnionStream stream =
                        await(open(client, "www." + service.address(), 80)).get();
                OnionServiceStream accepted = await(accepting).get()) {
            accepted.getOutputStream().write('x');
            assertThat(stream.getInputStream().read()).isEqualTo('x');
            tell(stream, accepted, service, service.published());
        }
        try (ServerSocket server = service.serverSocket(81);
                OnionStream stream = await(open(client, service.address(), 81)).get();
                Socket socket = server.accept()) {
            tell(server, socket, stream, socket.getRemoteSocketAddress(), socket.getInetAddress());
        }
    }

    private void refuse(OnionClient client, String address, String nobody, OnionClientKeyPair stranger)
            throws Exception {
        failure(open(client, address, 22));
        failure(open(client, withWrongChecksum(address), 80));
        failure(client.resolveAsync(address));
        assertRefused(client, nobody, Reason.NOT_FOUND);
        try (OnionClient other = network.newClient()) {
            assertRefused(other, address, Reason.NEEDS_AUTHORIZATION);
            other.authorize(address, stranger);
            assertRefused(other, address, Reason.WRONG_AUTHORIZATION);
        }
        hostile(passing -> passing.isFromClient("INTRODUCE1") ? acknowledged(passing) : Reaction.pass());
        assertRefused(client, address, Reason.INTRODUCTION_FAILED);
        hostile(passing -> passing.isFromClient("INTRODUCE1") ? Reaction.drop() : Reaction.pass());
        assertRefused(client, address, Reason.INTRODUCTION_TIMED_OUT);
        hostile(passing -> passing.isFromClient("RENDEZVOUS1") ? Reaction.drop() : Reaction.pass());
        assertRefused(client, address, Reason.NO_ANSWER);
        hostile(passing -> isAtDirectory(passing, "BEGIN_DIR")
                ? Reaction.drop().after(Forgery.message("END", passing.streamId(), new byte[] {6}))
                : Reaction.pass());
        try (OnionClient other = network.newClient()) {
            assertRefused(other, address, Reason.NO_DIRECTORY);
        }
        hostile(passing -> isAtDirectory(passing, "DATA") ? rubbish(passing) : Reaction.pass());
        try (OnionClient other = network.newClient()) {
            assertRefused(other, address, Reason.BAD_DESCRIPTOR);
        }
        hostile();
    }

    private static Reaction acknowledged(Passing passing) {
        return Reaction.drop().after(Forgery.message("INTRODUCE_ACK", passing.streamId(), new byte[] {0, 1, 0}));
    }

    private static Reaction rubbish(Passing passing) {
        byte[] answer = "HTTP/1.0 200 OK\r\nContent-Length: 7\r\n\r\nrubbish".getBytes(StandardCharsets.US_ASCII);
        return Reaction.drop()
                .after(
                        Forgery.message("DATA", passing.streamId(), answer),
                        Forgery.message("END", passing.streamId(), new byte[] {6}));
    }

    /** What is kept of a service between runs is secret, also when it can't be read any more. */
    @Test
    void t86_aKeyThatIsDamaged_isInNoMessage(@TempDir Path state) throws Exception {
        try (TimedService service = new TimedService(network, state, 1)) {
            names.add(service.address());
            byte[] file = KeptFiles.read(KeptFiles.key(state));
            secrets.add(Arrays.copyOfRange(file, file.length - KEY_LEN, file.length));
            secrets.add(Arrays.copyOfRange(file, file.length - 2 * KEY_LEN, file.length - KEY_LEN));
            service.stop();
            KeptFiles.damage(KeptFiles.key(state), bytes -> Arrays.copyOf(bytes, bytes.length - 1));
        }
        try (OnionClient host = network.clientBuilder().stateDirectory(state).build()) {
            failure(TimedService.hosting(host, 1));
            tell(host.status());
        }
        assertNothingSaid();
    }
}
