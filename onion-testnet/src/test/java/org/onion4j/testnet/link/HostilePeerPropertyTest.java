package org.onion4j.testnet.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.onion4j.circuit.cell.AuthChallenge;
import org.onion4j.circuit.cell.Authenticate;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.Netinfo;
import org.onion4j.circuit.cell.Versions;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.keys.SeededRandom;
import org.onion4j.testnet.loop.NetworkTime;
import org.onion4j.testnet.loop.StepLoop;
import org.onion4j.testnet.wire.MemoryNet;
import org.onion4j.testnet.wire.Wire;
import org.onion4j.testnet.wire.WireConnected;
import org.onion4j.testnet.wire.WireFaults;
import org.onion4j.testnet.wire.WireListener;

/** T01, T05: whatever a peer sends, before TLS and within it, costs it its link and nothing else. */
class HostilePeerPropertyTest {
    private static final NetworkTime TIME = NetworkTime.manual(Instant.parse("2030-01-01T00:00:00Z"));
    private static final RelayIdentity KEYS = new RelayIdentity(SeededRandom.of(1, "hostile"), TIME.now());
    private static final LinkTls TLS = new LinkTls(SeededRandom.of(1, "tls"));
    private static final InetSocketAddress ADDRESS = new InetSocketAddress(LinkTestKit.ip("10.0.0.1"), 9001);

    private final StepLoop loop = new StepLoop(TIME);
    private final MemoryNet net = new MemoryNet(TIME, WireFaults.NONE);
    private final List<RelayLink> links = new ArrayList<>();
    private Wire wire;
    private boolean ended;

    private void connect() throws Exception {
        LinkSettings settings = new LinkSettings(
                KEYS,
                ADDRESS.getAddress(),
                net.host("one", ADDRESS.getAddress()),
                loop,
                TIME.clock(),
                SeededRandom.of(2, "links"),
                TLS,
                LinkScripts.HONEST);
        var server = settings.net().listen(ADDRESS, loop, new LinkAcceptor(settings, links::add)::accept);
        net.host("two", LinkTestKit.ip("10.0.0.2")).connect(ADDRESS, loop, new WireConnected() {
            @Override
            public void onConnected(Wire value) {
                wire = value;
            }

            @Override
            public void onFailed(IOException cause) {
                throw new AssertionError(cause);
            }
        });
        loop.runAll();
        server.close();
    }

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void t05_anyBytesInsteadOfTls_endTheConnectionAtMost(@ForAll byte[] bytes) throws Exception {
        connect();
        wire.start(new WireListener() {
            @Override
            public void onBytes(byte[] data, int offset, int length) {}

            @Override
            public void onDrained() {}

            @Override
            public void onClosed(Throwable causeOrNull) {
                ended = true;
            }
        });
        wire.write(bytes, 0, bytes.length);
        wire.shutdownOutput();
        loop.runAll();

        assertThat(ended).isTrue();
        assertThat(links).isEmpty();
        net.close();
    }

    @Provide
    Arbitrary<List<byte[]>> cells() {
        return Arbitraries.longs().map(HostilePeerPropertyTest::cell).list().ofMaxSize(8);
    }

    /** A cell that may belong into a handshake, right or a little wrong, or any bytes at all. */
    private static byte[] cell(long seed) {
        Random random = new Random(seed);
        RelayIdentity own = KEYS;
        byte[] cell = switch (random.nextInt(8)) {
            case 0 -> CellFrame.encode(0, own.initiatorCerts());
            case 1 -> CellFrame.encode(0, own.responderCerts());
            case 2 ->
                CellFrame.encode(
                        0,
                        new Authenticate(
                                random.nextInt(5),
                                Bytes.copyOf(new byte[random.nextBoolean() ? 352 : random.nextInt(400)])));
            case 3 -> CellFrame.encode(0, Netinfo.ofClient(ADDRESS.getAddress()));
            case 4 -> CellFrame.encode(0, Versions.of(3, 4, 5));
            case 5 -> CellFrame.encode(0, new AuthChallenge(Bytes.copyOf(new byte[32]), ImmutableList.of(3)));
            case 6 -> CellFrame.encode(0, CellCommand.ofWire(128 + random.nextInt(128)), bytes(random, 700));
            default -> bytes(random, 600);
        };
        if (random.nextInt(3) == 0 && cell.length > 0) {
            cell[random.nextInt(cell.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return cell;
    }

    private static byte[] bytes(Random random, int bound) {
        byte[] value = new byte[random.nextInt(bound)];
        random.nextBytes(value);
        return value;
    }

    @Property(tries = 40, shrinking = ShrinkingMode.OFF)
    void t01_anyCellsInTheHandshake_proveNothing(@ForAll("cells") List<byte[]> cells) throws Exception {
        connect();
        TlsWire[] tls = new TlsWire[1];
        tls[0] = TLS.connect(wire, new TlsWire.Listener() {
            @Override
            public void onSecured() {
                byte[] versions = CellFrame.encodeInitial(Versions.of(4, 5));
                tls[0].write(versions, 0, versions.length);
                for (byte[] cell : cells) {
                    tls[0].write(cell, 0, cell.length);
                }
                tls[0].close();
            }

            @Override
            public void onPlain(byte[] bytes, int offset, int length) {}

            @Override
            public void onDrained() {}

            @Override
            public void onClosed(Throwable causeOrNull) {
                ended = true;
            }
        });
        loop.runAll();

        assertThat(links).allMatch(link -> !link.peer().isPresent());
        net.close();
    }
}
