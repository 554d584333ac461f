package org.onion4j.testnet.relay;

import org.onion4j.circuit.message.EndReason;

/** A stream to the relay's own directory. Spec: tor-spec, "Opening a directory stream". On the relay's loop. */
final class DirectoryStream extends EdgeStream implements RelayDirectory.DirectoryReply {
    private RelayDirectory.DirectorySession session; // set before anything arrives

    DirectoryStream(RelayCore core, RelayCircuit circuit, EdgeStreams streams, int streamId) {
        super(core, circuit, streams, streamId);
    }

    void open(RelayDirectory.DirectorySession value) {
        session = value;
    }

    @Override
    public void send(byte[] bytes) {
        adoptFromFarSide(bytes);
    }

    @Override
    public void end() {
        farSideEnded(EndReason.DONE);
    }

    @Override
    void toFarSide(byte[] bytes, int offset, int length) {
        session.onBytes(bytes, offset, length);
    }

    @Override
    int waitingForFarSide() {
        return 0;
    }

    @Override
    boolean isConnected() {
        return session != null;
    }

    @Override
    void pauseFarSide() {} // it has its answer whole anyway

    @Override
    void resumeFarSide() {}

    @Override
    void closeFarSide() {
        session.onClosed();
    }
}
