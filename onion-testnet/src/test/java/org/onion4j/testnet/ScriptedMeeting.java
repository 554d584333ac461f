package org.onion4j.testnet;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.channel.CellHandler;
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.handshake.CreateFastClient;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.HandshakeResult;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.relay.ClientHopCrypto;
import org.onion4j.crypto.relay.Tor1ClientCrypto;

/**
 * An onion service's circuit of one hop to a rendezvous point: says RENDEZVOUS1 and is an echo to the client for ever after.
 * On the reader of its channel, but for {@link #begin}.
 */
final class ScriptedMeeting implements CellHandler {
    private final Channel channel;
    private final CreateFastClient handshake;
    private final Bytes rendezvous1;
    private final ClientHopCrypto client;
    private final Supplier<Optional<Bytes>> answer;
    private ClientHopCrypto point;
    private volatile int circuitId;

    /**
     * A circuit that is not there yet.
     *
     * @param rendezvous1 cookie and handshake
     * @param client the layer that is shared with the client
     * @param answer to each BEGIN: nothing, or END with that data, or CONNECTED if the data is empty
     */
    ScriptedMeeting(
            Channel channel,
            Bytes rendezvous1,
            ClientHopCrypto client,
            Supplier<Optional<Bytes>> answer,
            RandomSource random) {
        this.channel = channel;
        this.rendezvous1 = rendezvous1;
        this.client = client;
        this.answer = answer;
        this.handshake = new CreateFastClient(random);
    }

    void begin() {
        try {
            circuitId = channel.attach(this);
        } catch (ChannelException e) {
            throw new AssertionError(e);
        }
        channel.send(circuitId, CellCommand.CREATE_FAST, padded(handshake.onionskin()), 0);
    }

    private static byte[] padded(Bytes content) {
        return Arrays.copyOf(content.toArray(), ClientHopCrypto.BODY_LEN);
    }

    @Override
    public void onCell(int command, byte[] buffer, int offset) {
        if (command == CellCommand.CREATED_FAST.wire()) {
            try (HandshakeResult result = handshake.finish(Bytes.copyOf(buffer, offset, CreateFastClient.REPLY_LEN))) {
                point = Tor1ClientCrypto.ofRelay(result.keys());
            } catch (HandshakeException e) {
                throw new AssertionError(e);
            }
            byte[] body = body(RelayCommand.RENDEZVOUS1, 0, rendezvous1);
            byte[] out = new byte[body.length];
            point.originate(body, 0, out, 0);
            channel.send(circuitId, CellCommand.RELAY, out, 0);
        } else if (command == CellCommand.RELAY.wire()) {
            byte[] ofClient = new byte[ClientHopCrypto.BODY_LEN];
            byte[] plain = new byte[ClientHopCrypto.BODY_LEN];
            if (!point.decryptBackward(buffer, offset, ofClient, 0) && client.decryptBackward(ofClient, 0, plain, 0)) {
                onMessage(RelayCommand.ofWire(RelayBody.command(plain, 0)), RelayBody.streamId(plain, 0), plain);
            }
        }
    }

    private void onMessage(RelayCommand command, int stream, byte[] body) {
        if (command.equals(RelayCommand.BEGIN)) {
            answer.get()
                    .ifPresent(data -> say(data.isEmpty() ? RelayCommand.CONNECTED : RelayCommand.END, stream, data));
        } else if (command.equals(RelayCommand.DATA)) {
            say(command, stream, Bytes.copyOf(body, RelayBody.dataOffset(0), RelayBody.length(body, 0)));
        }
    }

    private void say(RelayCommand command, int stream, Bytes data) {
        byte[] body = body(command, stream, data);
        byte[] sealed = new byte[body.length];
        byte[] out = new byte[body.length];
        client.originate(body, 0, sealed, 0);
        point.passForward(sealed, 0, out, 0);
        channel.send(circuitId, CellCommand.RELAY, out, 0);
    }

    private static byte[] body(RelayCommand command, int stream, Bytes data) {
        byte[] body = new byte[ClientHopCrypto.BODY_LEN];
        RelayBody.encode(command, stream, data.toArray(), 0, data.size(), (target, at, length) -> {}, body, 0);
        return body;
    }

    @Override
    public void onBatchEnd() {}

    @Override
    public void onChannelClosed(ChannelException cause) {}
}
