package org.onion4j.testnet.relay;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Create2;
import org.onion4j.circuit.cell.CreateFast;
import org.onion4j.circuit.cell.Created2;
import org.onion4j.circuit.cell.CreatedFast;
import org.onion4j.circuit.cell.Destroy;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.cell.HandshakeType;
import org.onion4j.circuit.message.Extend2;
import org.onion4j.circuit.message.Extended2;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.handshake.ClientHandshake;
import org.onion4j.crypto.handshake.CreateFastClient;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.HandshakeResult;
import org.onion4j.crypto.handshake.NtorClient;
import org.onion4j.crypto.handshake.NtorV3Client;
import org.onion4j.crypto.handshake.NtorV3Extensions;
import org.onion4j.crypto.relay.Tor1ClientCrypto;
import org.onion4j.testnet.link.RelayLink;
import org.onion4j.testnet.link.RelayLinkListener;

/** A client that keeps to no rule unless the test does: one circuit, and all that comes back on it. */
final class CellClient implements RelayLinkListener {
    private static final int CIRCUIT_ID = 0x80000001;

    /** A message that came, from the hop with this index. */
    record Received(int hop, int streamId, RelayCommand command, Bytes data) {
        RelayMessage message() {
            try {
                return RelayMessage.decode(command, streamId, data.toArray(), 0, data.size());
            } catch (WireFormatException e) {
                throw new AssertionError(e);
            }
        }
    }

    private final RelayKit kit;
    private final FakeLink link;
    private final List<Tor1ClientCrypto> hops = new ArrayList<>();
    private final List<Bytes> kh = new ArrayList<>();
    final List<Received> received = new ArrayList<>();
    final List<Integer> strangeCells = new ArrayList<>();
    private Bytes created;
    Optional<DestroyReason> destroyed = Optional.empty();
    boolean linkClosed;
    int unrecognised;
    final List<Bytes> tags = new ArrayList<>();
    private final List<Bytes> backwardTags = new ArrayList<>(); // of DATA
    private final java.util.Map<Integer, Integer> dataOfStream = new java.util.HashMap<>();
    boolean acknowledge; // whether to send SENDMEs as clients do

    CellClient(RelayKit kit, FakeLink link) {
        this.kit = kit;
        this.link = link;
        link.start(this);
    }

    FakeLink link() {
        return link;
    }

    /** KH of a hop. */
    Bytes kh(int hop) {
        return kh.get(hop);
    }

    int length() {
        return hops.size();
    }

    /** CREATE2 with ntor. */
    void create(RelayKit.TestRelay relay) {
        ClientHandshake handshake = ntor(relay);
        sendCell(new Create2(HandshakeType.NTOR, handshake.onionskin()));
        addHop(handshake, takeCreated());
    }

    /** CREATE_FAST. */
    void createFast() {
        CreateFastClient handshake = new CreateFastClient(kit.random);
        sendCell(new CreateFast(handshake.onionskin()));
        Bytes reply = takeCreated();
        addHop(handshake, reply);
        kh.set(0, reply.slice(20, 40));
    }

    /** CREATE2 with ntor-v3. */
    void createV3(RelayKit.TestRelay relay, NtorV3Extensions extensions) {
        ClientHandshake handshake = ntorV3(relay, extensions);
        sendCell(new Create2(HandshakeType.NTOR_V3, handshake.onionskin()));
        if (created != null) {
            addHop(handshake, takeCreated());
        }
    }

    ClientHandshake ntor(RelayKit.TestRelay relay) {
        return new NtorClient(
                relay.keys.rsaIdentity(), relay.keys.onionKeys().get(0).publicKey(), kit.random);
    }

    ClientHandshake ntorV3(RelayKit.TestRelay relay, NtorV3Extensions extensions) {
        return new NtorV3Client(
                relay.keys.ed25519Identity(),
                relay.keys.onionKeys().get(0).publicKey(),
                extensions.encode(),
                kit.random);
    }

    private Bytes takeCreated() {
        if (created == null) {
            throw new AssertionError("no CREATED came; DESTROY: " + destroyed);
        }
        Bytes reply = created;
        created = null;
        return reply;
    }

    private void addHop(ClientHandshake handshake, Bytes reply) {
        try (HandshakeResult result = handshake.finish(reply)) {
            hops.add(Tor1ClientCrypto.ofRelay(result.keys()));
            try (SecretBytes value = result.keys().next(20)) {
                kh.add(Bytes.copyOf(value.exposeArray()));
            }
        } catch (HandshakeException e) {
            throw new AssertionError(e);
        }
    }

    /** EXTEND2 with ntor to a hop, whatever comes of it. */
    @CanIgnoreReturnValue
    ClientHandshake askToExtend(int hop, RelayKit.TestRelay relay) {
        ClientHandshake handshake = ntor(relay);
        sendEarly(hop, 0, new Extend2(relay.specifiers(), HandshakeType.NTOR, handshake.onionskin()));
        return handshake;
    }

    /** EXTEND2 with ntor, which must succeed. */
    void extend(RelayKit.TestRelay relay) {
        ClientHandshake handshake = askToExtend(length() - 1, relay);
        Received answer = last();
        addHop(handshake, ((Extended2) answer.message()).data());
    }

    Received last() {
        if (received.isEmpty()) {
            throw new AssertionError("nothing came; DESTROY: " + destroyed);
        }
        return received.get(received.size() - 1);
    }

    /** What came on a stream, and forgets it. */
    List<Received> take() {
        List<Received> all = new ArrayList<>(received);
        received.clear();
        return all;
    }

    // Sending; each runs the relays until they rest.

    void send(int hop, int streamId, RelayMessage message) {
        send(hop, streamId, message, CellCommand.RELAY);
    }

    /** The same to the last hop. */
    void send(int streamId, RelayMessage message) {
        send(length() - 1, streamId, message);
    }

    void send(int streamId, RelayCommand command, Bytes data) {
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        RelayBody.encode(command, streamId, data.toArray(), 0, data.size(), (t, o, l) -> {}, body, 0);
        sendBody(length() - 1, body, CellCommand.RELAY);
        kit.loop.run();
    }

    void sendEarly(int hop, int streamId, RelayMessage message) {
        send(hop, streamId, message, CellCommand.RELAY_EARLY);
    }

    private void send(int hop, int streamId, RelayMessage message, CellCommand cell) {
        queue(hop, streamId, message, cell);
        kit.loop.run();
    }

    /** Sends without running the relays. */
    void queue(int hop, int streamId, RelayMessage message, CellCommand cell) {
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        RelayBody.encode(message, streamId, (t, o, l) -> {}, body, 0);
        sendBody(hop, body, cell);
    }

    void sendBody(int hop, byte[] body, CellCommand cell) {
        byte[] in = body.clone();
        byte[] out = new byte[body.length];
        hops.get(hop).originate(in, 0, out, 0);
        if (RelayBody.command(body, 0) == RelayCommand.DATA.wire()) {
            tags.add(Bytes.copyOf(hops.get(hop).forwardTag()));
        }
        for (int i = hop - 1; i >= 0; i--) {
            byte[] next = new byte[body.length];
            hops.get(i).passForward(out, 0, next, 0);
            out = next;
        }
        link.send(CIRCUIT_ID, cell.wire(), out, 0);
    }

    void sendCell(ChannelMessage message) {
        link.send(CIRCUIT_ID, message.command().wire(), CircuitLeg.encode(message), 0);
        kit.loop.run();
    }

    void sendRaw(int circuitId, CellCommand command, byte[] body) {
        link.send(circuitId, command.wire(), body, 0);
        kit.loop.run();
    }

    void destroy() {
        sendCell(new Destroy(DestroyReason.NONE));
    }

    /** The tag by which a SENDME acknowledges the {@code count}th DATA message that came. */
    Bytes tagAfter(int count) {
        return backwardTags.get(count - 1);
    }

    private void onData(int hop, int streamId) {
        backwardTags.add(Bytes.copyOf(hops.get(hop).backwardTag()));
        int ofStream = dataOfStream.merge(streamId, 1, Integer::sum);
        if (acknowledge && backwardTags.size() % 100 == 0) {
            queue(hop, 0, Sendme.withTag(backwardTags.get(backwardTags.size() - 1)), CellCommand.RELAY);
        }
        if (acknowledge && ofStream % 50 == 0) {
            queue(hop, streamId, Sendme.withoutTag(), CellCommand.RELAY);
        }
    }

    // The link.

    @Override
    public void onCell(RelayLink from, int circuitId, int command, byte[] body, int offset, int length) {
        try {
            if (command == CellCommand.RELAY.wire()) {
                onRelay(body);
            } else if (command == CellCommand.CREATED2.wire()) {
                created = Created2.readReply(new WireReader(body, 0, body.length));
            } else if (command == CellCommand.CREATED_FAST.wire()) {
                created = Bytes.copyOf(body, 0, CreatedFast.REPLY_LEN);
            } else if (command == CellCommand.DESTROY.wire()) {
                destroyed = Optional.of(DestroyReason.ofWire(body[0] & 0xff));
            } else {
                strangeCells.add(command);
            }
        } catch (WireFormatException e) {
            throw new AssertionError(e);
        }
    }

    private void onRelay(byte[] body) {
        byte[] in = body;
        for (int hop = 0; hop < hops.size(); hop++) {
            byte[] out = new byte[in.length];
            if (hops.get(hop).decryptBackward(in, 0, out, 0)) {
                int length = RelayBody.length(out, 0);
                received.add(new Received(
                        hop,
                        RelayBody.streamId(out, 0),
                        RelayCommand.ofWire(RelayBody.command(out, 0)),
                        Bytes.copyOf(out, RelayBody.dataOffset(0), length)));
                if (last().command().equals(RelayCommand.DATA)) {
                    onData(hop, last().streamId());
                }
                return;
            }
            in = out;
        }
        unrecognised++;
    }

    @Override
    public void onDrained(RelayLink from) {}

    @Override
    public void onClosed(RelayLink from, Throwable causeOrNull) {
        linkClosed = true;
    }
}
