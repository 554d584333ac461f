package org.onion4j.directory.fetch;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.DeflaterOutputStream;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.ConsensusDiff;
import org.onion4j.directory.doc.TestAuthority;
import org.onion4j.directory.doc.TestConsensus;
import org.onion4j.directory.network.Authority;
import org.onion4j.directory.network.FallbackDirectory;
import org.onion4j.directory.network.NetworkDescription;

/** A network's directories, as a connector that answers requests by itself. For tasks of a {@link FakeRuntime}. */
final class FakeDirectories implements DirectoryConnector {
    /** What a directory does when it is asked. */
    enum Behaviour {
        GOOD,
        UNREACHABLE,
        /** Its certificates are out of their time, by {@link FakeDirectories#certificateSkew}. */
        OUT_OF_ITS_TIME,
        /** The link to it is dropped, or found dead. */
        LINK_GONE,
        /** Takes the connection and says nothing. */
        SILENT,
        /** A byte a second. */
        DRIPS,
        NOT_FOUND,
        BUSY,
        RUBBISH,
        /** Serves all but the microdescriptors whose digests are in {@link #withheld}. */
        WITHHOLDS,
        /** Answers with another text than was asked for. */
        ALTERS
    }

    static final Duration LATENCY = Duration.ofMillis(200);

    final List<TestAuthority> voters = TestAuthority.some(3);
    final List<String> requests = new ArrayList<>();
    final List<RsaIdentity> asked = new ArrayList<>();
    final List<Instant> askedAt = new ArrayList<>();
    final Map<RsaIdentity, Behaviour> behaviours = new HashMap<>();
    final Map<String, String> microdescriptors = new LinkedHashMap<>(); // by digest in base64
    final Set<String> withheld = new HashSet<>();
    final Map<RsaIdentity, Duration> clockOffsets = new HashMap<>();
    final List<byte[]> earlier = new ArrayList<>();
    Behaviour usual = Behaviour.GOOD;
    /** What all do when asked for microdescriptors, if it is something else. */
    Optional<Behaviour> withMicrodescriptors = Optional.empty();

    byte[] consensus = new byte[0];
    Instant consensusTime = Instant.EPOCH;
    Instant certificatesExpire = Instant.parse("2025-01-01T00:00:00Z");
    /** So many authorities' certificates are given in a form that can't be read. */
    int faultyCertificates;
    /** True time of the network, beside which the client's clock may be wrong. */
    Duration certificateSkew = Duration.ZERO;

    Duration trueTimeOffset = Duration.ZERO;

    private final FakeRuntime runtime;
    private int openConnections;
    private int mostOpen;

    FakeDirectories(FakeRuntime runtime) {
        this.runtime = runtime;
    }

    int mostOpen() {
        return mostOpen;
    }

    int openConnections() {
        return openConnections;
    }

    /** Three authorities, and eight fallbacks if wanted. */
    NetworkDescription network(int fallbackCount) {
        ImmutableList.Builder<Authority> authorities = ImmutableList.builder();
        for (int i = 0; i < voters.size(); i++) {
            authorities.add(new Authority(
                    "auth" + i,
                    identity("auth" + i),
                    Optional.of(voters.get(i).identity()),
                    address(i),
                    443,
                    80,
                    Optional.empty(),
                    1));
        }
        ImmutableList.Builder<FallbackDirectory> fallbacks = ImmutableList.builder();
        for (int i = 0; i < fallbackCount; i++) {
            fallbacks.add(new FallbackDirectory(identity("fallback" + i), address(100 + i), 9001, Optional.empty(), 1));
        }
        return new NetworkDescription(
                authorities.build(),
                fallbacks.build(),
                NetworkDescription.Kind.PUBLIC,
                NetworkDescription.Subnets.DISTINCT,
                ImmutableList.of(),
                ImmutableList.of());
    }

    static RsaIdentity identity(String name) {
        byte[] id = new byte[20];
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, id, 0, text.length);
        return RsaIdentity.copyOf(id);
    }

    private static Inet4Address address(int host) {
        try {
            return (Inet4Address) InetAddress.getByAddress(new byte[] {10, (byte) 200, 0, (byte) host});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /** Another consensus is published; some of its microdescriptors depend on {@code generation}. */
    TestConsensus draft(int relays, int generation) {
        TestConsensus draft = new TestConsensus();
        for (int i = 0; i < relays; i++) {
            String name = "relay" + i;
            String policy = i % 3 == 0 ? "p accept 80,443\n" : "";
            String text = TestConsensus.microdescriptor(i % 10 == 0 ? name + "x" + generation : name, policy);
            String flags =
                    "Fast Running Stable V2Dir Valid" + (i % 3 == 0 ? " Exit" : "") + (i % 2 == 0 ? " Guard" : "");
            draft.relay(name, flags, 100 + i, text);
            microdescriptors.put(TestConsensus.microdescriptorDigest(text), text);
        }
        return draft;
    }

    void publish(TestConsensus draft, Instant validAfter) {
        if (consensus.length > 0) {
            earlier.add(consensus);
        }
        draft.validAfter(validAfter);
        consensus = draft.signed(voters);
        consensusTime = validAfter;
    }

    void publish(int relays, Instant validAfter, int generation) {
        publish(draft(relays, generation), validAfter);
    }

    private static IOException channelFailure(ChannelException cause) {
        return new CircuitException(CircuitException.Kind.CHANNEL, "test", cause);
    }

    int count(String path) {
        int count = 0;
        for (String request : requests) {
            count += request.startsWith("GET " + path) ? 1 : 0;
        }
        return count;
    }

    @Override
    public DirectoryConnection connect(DirectorySource source, Duration timeout) throws IOException {
        asked.add(source.rsaIdentity());
        askedAt.add(runtime.now());
        Behaviour behaviour = behaviours.getOrDefault(source.rsaIdentity(), usual);
        runtime.sleep(LATENCY);
        if (behaviour == Behaviour.UNREACHABLE) {
            throw new IOException("unreachable");
        } else if (behaviour == Behaviour.LINK_GONE) {
            throw channelFailure(new ChannelException(ChannelException.Kind.SILENT, "test"));
        }
        if (behaviour == Behaviour.OUT_OF_ITS_TIME) {
            throw ChannelException.clock(certificateSkew, new IOException("expired"));
        }
        openConnections++;
        mostOpen = Math.max(mostOpen, openConnections);
        return new Connection(source.rsaIdentity(), behaviour);
    }

    private final class Connection implements DirectoryConnection {
        private final RsaIdentity directory;
        private Behaviour behaviour;
        private final ByteArrayOutputStream request = new ByteArrayOutputStream();
        private InputStream answer;
        private boolean closed;

        Connection(RsaIdentity directory, Behaviour behaviour) {
            this.directory = directory;
            this.behaviour = behaviour;
        }

        @Override
        public OutputStream output() {
            return request;
        }

        @Override
        public InputStream input() {
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                }

                @Override
                public int read(byte[] target, int offset, int length) throws IOException {
                    if (answer == null) {
                        String text = request.toString(StandardCharsets.US_ASCII);
                        requests.add(text);
                        if (text.startsWith("GET /tor/micro/")) {
                            behaviour = withMicrodescriptors.orElse(behaviour);
                        }
                        answer = new ByteArrayInputStream(answer(text));
                    }
                    while (behaviour == Behaviour.SILENT && !closed) {
                        runtime.sleep(Duration.ofSeconds(1));
                    }
                    if (behaviour == Behaviour.DRIPS) {
                        runtime.sleep(Duration.ofSeconds(1));
                    }
                    if (closed || behaviour == Behaviour.UNREACHABLE) {
                        throw new IOException("closed");
                    }
                    return answer.read(target, offset, behaviour == Behaviour.DRIPS ? 1 : length);
                }
            };
        }

        private byte[] answer(String text) {
            runtime.sleep(LATENCY);
            Instant time = runtime.now().plus(trueTimeOffset).plus(clockOffsets.getOrDefault(directory, Duration.ZERO));
            return switch (behaviour) {
                case NOT_FOUND -> head("404 Not found", time, "");
                case BUSY -> head("503 Directory busy, try again later", time, "");
                case RUBBISH -> "220 ESMTP ready\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
                default -> serve(text, behaviour, time);
            };
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                openConnections--;
            }
        }
    }

    private static byte[] head(String status, Instant time, String more) {
        String date = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
                .withZone(ZoneOffset.UTC)
                .format(time);
        return ("HTTP/1.0 " + status + "\r\nDate: " + date + "\r\n" + more + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private byte[] serve(String request, Behaviour behaviour, Instant time) {
        String path = Splitter.on(' ').splitToList(request).get(1);
        byte[] body = body(path, request, behaviour);
        if (body == null) {
            return head("304 Not modified", time, "");
        } else if (body.length == 0) {
            return head("404 Not found", time, "");
        }
        if (behaviour == Behaviour.ALTERS) {
            body[body.length / 2] ^= 1;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (OutputStream deflater = new DeflaterOutputStream(compressed)) {
            deflater.write(body);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        out.writeBytes(
                head("200 OK", time, "Content-Encoding: deflate\r\nContent-Length: " + compressed.size() + "\r\n"));
        out.writeBytes(compressed.toByteArray());
        return out.toByteArray();
    }

    private byte[] body(String path, String request, Behaviour behaviour) {
        String name = path.substring(path.lastIndexOf('/') + 1).replace(".z", "");
        if (path.startsWith("/tor/micro/d/")) {
            String list = path.substring("/tor/micro/d/".length()).replace(".z", "");
            StringBuilder text = new StringBuilder();
            for (String digest : Splitter.on('-').split(list)) {
                boolean withhold = behaviour == Behaviour.WITHHOLDS && withheld.contains(digest);
                text.append(withhold ? "" : microdescriptors.getOrDefault(digest, ""));
            }
            return text.toString().getBytes(StandardCharsets.US_ASCII);
        } else if (path.startsWith("/tor/keys/fp-sk/")) {
            StringBuilder text = new StringBuilder();
            for (String key : Splitter.on('+').split(name)) {
                for (TestAuthority voter : voters) {
                    if (key.equals(voter.identityHex() + "-" + voter.signingKeyHex())) {
                        String certificate =
                                voter.certificate(certificatesExpire.minus(Duration.ofDays(365)), certificatesExpire);
                        text.append(
                                voters.indexOf(voter) < faultyCertificates
                                        ? certificate.replace("dir-key-expires", "dir-key-expired")
                                        : certificate);
                    }
                }
            }
            return text.toString().getBytes(StandardCharsets.US_ASCII);
        } else if (path.startsWith("/tor/status-vote/current/consensus-microdesc/")) {
            return consensusBody(request);
        }
        throw new AssertionError("request for " + path);
    }

    private byte[] consensusBody(String request) {
        for (String line : Splitter.on("\r\n").split(request)) {
            if (line.startsWith("If-Modified-Since: ")) {
                Instant since = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(line.substring(19)));
                if (!consensusTime.isAfter(since)) {
                    return null;
                }
            }
        }
        for (byte[] base : earlier) {
            if (request.contains("X-Or-Diff-From-Consensus: " + hex(ConsensusDiff.baseDigest(base)))) {
                return diff(base, consensus);
            }
        }
        return consensus.clone();
    }

    /** A diff that leaves nothing of the base. */
    static byte[] diff(byte[] base, byte[] target) {
        String text = new String(target, StandardCharsets.ISO_8859_1);
        return ("network-status-diff-version 1\nhash " + hex(ConsensusDiff.baseDigest(base)) + " "
                        + hex(org.onion4j.crypto.primitive.Digests.sha3(target, 0, target.length)) + "\n1,$d\n0a\n"
                        + text
                        + ".\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String hex(Bytes bytes) {
        return bytes.hex().toUpperCase(Locale.ROOT);
    }
}
