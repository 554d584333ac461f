package org.onion4j.testnet.relay;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.onion4j.circuit.linkspec.IpAddresses;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.testnet.keys.SeededRandom;
import org.onion4j.testnet.link.LinkConnected;

/** Relays on one thread, joined by links without TLS, and an outside that a test plays. */
final class RelayKit {
    final ManualLoop loop = new ManualLoop();
    final RandomSource random = SeededRandom.of(7, "relay kit");
    final FakeExits exits = new FakeExits(loop);
    final List<TestRelay> relays = new ArrayList<>();
    private final Map<InetSocketAddress, TestRelay> listening = new HashMap<>();

    /** One of them. */
    final class TestRelay {
        final int number;
        final InetSocketAddress address;
        final TestKeys keys = TestKeys.make(random);
        final RelayCore core;
        /** Our ends of the links to it that relays have dialled, by the dialling relay's number. */
        final List<FakeLink> dialled = new ArrayList<>();

        TestRelay(int number, RelayScript script, ExitPolicy policy, RelayDirectory directory) {
            this.number = number;
            this.address = socketAddress(number);
            RelayConfig config = RelayConfig.at(address).withScript(script).withExitPolicy(policy);
            this.core = new RelayCore(config, keys, loop, random, directory, exits, this::dial);
        }

        private void dial(
                InetSocketAddress to, RsaIdentity rsa, Optional<Ed25519Identity> ed25519, LinkConnected callback) {
            loop.execute(() -> {
                TestRelay target = listening.get(to);
                if (target == null || !target.keys.rsaIdentity().equals(rsa)) {
                    callback.onFailed(new IOException("refused"));
                    return;
                }
                FakeLink[] ends =
                        FakeLink.pair(loop, address, Optional.of(keys.identities()), to, target.keys.identities());
                dialled.add(ends[0]);
                target.core.adopt(ends[1]);
                callback.onLink(ends[0]);
            });
        }

        /** A new link of a client to it: the client's end. */
        FakeLink link() {
            FakeLink[] ends = FakeLink.pair(loop, socketAddress(250), Optional.empty(), address, keys.identities());
            core.adopt(ends[1]);
            return ends[0];
        }

        ImmutableList<LinkSpecifier> specifiers() {
            return ImmutableList.of(
                    new LinkSpecifier.Ipv4(ipv4(number), address.getPort()),
                    new LinkSpecifier.RsaId(keys.rsaIdentity()),
                    new LinkSpecifier.Ed25519Id(keys.ed25519Identity()));
        }

        ImmutableList<CircuitObservation> seen() {
            return core.observations().now();
        }

        void stop() {
            listening.remove(address);
            core.close();
        }
    }

    /** As many honest relays that are exits for everything. */
    static RelayKit honest(int count) {
        RelayKit kit = new RelayKit();
        for (int i = 0; i < count; i++) {
            kit.add(RelayScript.HONEST);
        }
        return kit;
    }

    TestRelay add(RelayScript script) {
        return add(script, ExitPolicy.ACCEPT_ALL, RelayDirectory.NONE);
    }

    TestRelay add(RelayScript script, ExitPolicy policy, RelayDirectory directory) {
        TestRelay relay = new TestRelay(relays.size() + 1, script, policy, directory);
        relays.add(relay);
        listening.put(relay.address, relay);
        return relay;
    }

    TestRelay relay(int index) {
        return relays.get(index);
    }

    /** A client with a circuit through the relays of these indexes. */
    CellClient client(int... path) {
        CellClient client = new CellClient(this, relay(path[0]).link());
        client.create(relay(path[0]));
        for (int i = 1; i < path.length; i++) {
            client.extend(relay(path[i]));
        }
        return client;
    }

    static java.net.Inet4Address ipv4(int number) {
        return IpAddresses.ipv4(Bytes.copyOf((byte) 10, (byte) 0, (byte) 0, (byte) number));
    }

    static InetAddress address(int... bytes) {
        byte[] value = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            value[i] = (byte) bytes[i];
        }
        return value.length == 4 ? IpAddresses.ipv4(Bytes.copyOf(value)) : IpAddresses.ipv6(Bytes.copyOf(value));
    }

    private static InetSocketAddress socketAddress(int number) {
        return new InetSocketAddress(ipv4(number), 9001);
    }
}
