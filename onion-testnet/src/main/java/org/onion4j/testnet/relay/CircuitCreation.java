package org.onion4j.testnet.relay;

import java.util.Optional;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Create2;
import org.onion4j.circuit.cell.CreateFast;
import org.onion4j.circuit.cell.Created2;
import org.onion4j.circuit.cell.CreatedFast;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.cell.HandshakeType;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.handshake.CreateFastServer;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.NtorServer;
import org.onion4j.crypto.handshake.NtorV3Extensions;
import org.onion4j.crypto.handshake.NtorV3Server;
import org.onion4j.crypto.handshake.ServerReply;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.relay.Tor1RelayCrypto;

/**
 * Answers CREATE2 and CREATE_FAST. In ntor-v3 the relay speaks neither congestion control nor subprotocols: it does not
 * grant the first, and refuses a circuit that asks for any of the second. Spec: tor-spec, "CREATE and CREATED cells";
 * proposal 332. On the relay's loop.
 */
final class CircuitCreation {
    private static final int KH_LEN = 20;

    private final RelayCore core;
    private final ChannelMessage message;

    private CircuitCreation(RelayCore core, ChannelMessage message) {
        this.core = core;
        this.message = message;
    }

    /** Makes the circuit, or refuses it by DESTROY. */
    static void answer(RelayCore core, CellLink link, int circuitId, CellCommand command, byte[] body, int offset) {
        try {
            WireReader in = new WireReader(body, offset, CellFrame.CELL_BODY_LEN);
            new CircuitCreation(core, ChannelMessage.decode(command, in)).answer(link, circuitId);
        } catch (WireFormatException | HandshakeException e) {
            link.refuse(circuitId, DestroyReason.PROTOCOL);
        }
    }

    private void answer(CellLink link, int circuitId) throws HandshakeException, WireFormatException {
        if (message instanceof CreateFast fast) {
            try (ServerReply reply = CreateFastServer.answer(fast.x(), core.random())) {
                Bytes kh = reply.reply().slice(CreateFast.X_LEN, CreateFast.X_LEN + KH_LEN);
                CreatedFast created = new CreatedFast(reply.reply());
                open(link, circuitId, Tor1RelayCrypto.ofRelay(reply.keys()), kh, created, HandshakeKind.FAST);
            }
        } else if (message instanceof Create2 create) {
            try (ServerReply reply = handshake(create)) {
                Tor1RelayCrypto crypto = Tor1RelayCrypto.ofRelay(reply.keys());
                Bytes kh;
                try (SecretBytes secret = reply.keys().next(KH_LEN)) {
                    kh = Bytes.copyOf(secret.exposeArray());
                }
                HandshakeKind kind =
                        create.type().equals(HandshakeType.NTOR_V3) ? HandshakeKind.NTOR_V3 : HandshakeKind.NTOR;
                open(link, circuitId, crypto, kh, new Created2(reply.reply()), kind);
            }
        } else {
            throw new HandshakeException("a handshake that is gone");
        }
    }

    private void open(
            CellLink link,
            int circuitId,
            Tor1RelayCrypto crypto,
            Bytes kh,
            ChannelMessage created,
            HandshakeKind kind) {
        RelayCircuit circuit = new RelayCircuit(core, crypto, kh, kind);
        circuit.open(link.accept(circuitId, circuit), created);
    }

    private ServerReply handshake(Create2 create) throws HandshakeException, WireFormatException {
        if (create.type().equals(HandshakeType.NTOR)) {
            return ntor(create.data());
        }
        if (create.type().equals(HandshakeType.NTOR_V3)) {
            return ntorV3(create.data());
        }
        throw new HandshakeException("unknown handshake");
    }

    /** With the first onion key that the onionskin is for. */
    private ServerReply ntor(Bytes onionskin) throws HandshakeException {
        HandshakeException failure = new HandshakeException("no onion key");
        for (X25519 key : core.keys().onionKeys()) {
            try {
                return NtorServer.answer(core.keys().rsaIdentity(), key, onionskin, core.random());
            } catch (HandshakeException e) {
                failure = e;
            }
        }
        throw failure;
    }

    private ServerReply ntorV3(Bytes onionskin) throws HandshakeException, WireFormatException {
        HandshakeException failure = new HandshakeException("no onion key");
        for (X25519 key : core.keys().onionKeys()) {
            NtorV3Server server;
            try {
                server = NtorV3Server.receive(core.keys().ed25519Identity(), key, onionskin);
            } catch (HandshakeException e) {
                failure = e;
                continue;
            }
            try (server) {
                NtorV3Extensions asked = NtorV3Extensions.decode(server.clientMessage());
                Optional<Bytes> subprotocols = asked.first(NtorV3Extensions.SUBPROTOCOL_REQUEST);
                if (subprotocols.isPresent() && !subprotocols.get().isEmpty()) {
                    throw new HandshakeException("a request for subprotocols");
                }
                return server.reply(NtorV3Extensions.NONE.encode(), core.random());
            }
        }
        throw failure;
    }
}
