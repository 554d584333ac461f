package org.onion4j.testnet.relay;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Optional;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.cert.RelayIdentities;
import org.onion4j.testnet.link.LinkCell;
import org.onion4j.testnet.link.RelayLink;
import org.onion4j.testnet.link.RelayLinkListener;
import org.onion4j.testnet.loop.Loop;

/** One end of a link that is nothing but a queue of cells. */
final class FakeLink implements RelayLink {
    private final Loop loop;
    private final boolean initiator;
    private final InetSocketAddress remote;
    private final Optional<RelayIdentities> peer;
    private final ArrayDeque<Cell> outgoing = new ArrayDeque<>();
    private FakeLink other;
    private RelayLinkListener listener;
    private boolean closed;
    private boolean stalled;
    private boolean delivering;

    private record Cell(int circuitId, int command, Bytes body) {}

    private FakeLink(Loop loop, boolean initiator, InetSocketAddress remote, Optional<RelayIdentities> peer) {
        this.loop = loop;
        this.initiator = initiator;
        this.remote = remote;
        this.peer = peer;
    }

    /** Both ends: the initiator's and the responder's. */
    static FakeLink[] pair(
            Loop loop,
            InetSocketAddress from,
            Optional<RelayIdentities> initiator,
            InetSocketAddress to,
            RelayIdentities responder) {
        FakeLink a = new FakeLink(loop, true, to, Optional.of(responder));
        FakeLink b = new FakeLink(loop, false, from, initiator);
        a.other = b;
        b.other = a;
        return new FakeLink[] {a, b};
    }

    /** Lets what this end sends wait, or go on. */
    void stall(boolean on) {
        stalled = on;
        deliverSoon();
    }

    FakeLink otherEnd() {
        return other;
    }

    @Override
    public void start(RelayLinkListener value) {
        listener = value;
        other.deliverSoon();
    }

    @Override
    public void send(int circuitId, int command, byte[] body, int offset) {
        sendVariable(circuitId, command, body, offset, CellFrame.CELL_BODY_LEN);
    }

    @Override
    public void sendVariable(int circuitId, int command, byte[] body, int offset, int length) {
        if (!closed) {
            outgoing.addLast(new Cell(circuitId, command, Bytes.copyOf(body, offset, length)));
            deliverSoon();
        }
    }

    private void deliverSoon() {
        if (!delivering && !stalled && other.listener != null) {
            delivering = true;
            loop.execute(this::deliver);
        }
    }

    private void deliver() {
        delivering = false;
        if (stalled || other.listener == null) {
            return;
        }
        Cell cell = outgoing.pollFirst();
        if (cell != null && !other.closed) {
            other.listener.onCell(other, cell.circuitId, cell.command, cell.body.toArray(), 0, cell.body.size());
        }
        if (!outgoing.isEmpty()) {
            deliverSoon();
        } else if (!closed && listener != null && cell != null) {
            listener.onDrained(this);
        }
    }

    @Override
    public int queuedBytes() {
        return outgoing.size() * CellFrame.CELL_LEN;
    }

    @Override
    public int queuedCells() {
        return outgoing.size();
    }

    @Override
    public void pauseReading() {
        other.stall(true);
    }

    @Override
    public void resumeReading() {
        other.stall(false);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            loop.execute(() -> {
                if (!other.closed && other.listener != null) {
                    other.closed = true;
                    other.listener.onClosed(other, null);
                }
            });
        }
    }

    @Override
    public void inject(LinkCell cell) {
        send(cell.circuitId(), cell.command(), cell.body().toArray(), 0);
    }

    @Override
    public void reset() {
        close();
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public boolean isInitiator() {
        return initiator;
    }

    @Override
    public int version() {
        return 5;
    }

    @Override
    public Optional<RelayIdentities> peer() {
        return peer;
    }

    @Override
    public InetSocketAddress remote() {
        return remote;
    }
}
