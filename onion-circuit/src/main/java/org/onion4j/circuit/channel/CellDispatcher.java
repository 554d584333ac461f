package org.onion4j.circuit.channel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.onion4j.circuit.cell.CellCommand;

/**
 * Hands the cells of an open link to the handlers of their circuits, and tells those, and the channel, each time that all
 * that has arrived has been handled. What is for no circuit of ours is dropped.
 *
 * <p>Threading: confined to the channel's reader thread.
 */
final class CellDispatcher {
    private final Supplier<CircuitTable> circuits;
    private final BatchListener listener;
    private final List<CellHandler> batch = new ArrayList<>(); // got cells since the last batch ended
    private CellHandler last; // of those, the one that got the last cell
    private boolean anyCell; // since the last batch ended, for us or not
    private boolean toldBeforeWaiting;

    /** Hears of the end of each batch. */
    interface BatchListener {
        /**
         * All that has arrived has been handled.
         *
         * @param anyCell whether that was one cell at least
         */
        void onBatchEnd(boolean anyCell);
    }

    CellDispatcher(Supplier<CircuitTable> circuits, BatchListener listener) {
        this.circuits = circuits;
        this.listener = listener;
    }

    /** From now on somebody else calls {@link #endBatch} before the link waits for more. */
    void isToldBeforeWaiting() {
        toldBeforeWaiting = true;
    }

    /**
     * Reads until the link ends.
     *
     * @return why the channel closes
     * @throws IOException if the link is lost
     */
    ChannelException run(CellInput input) throws IOException {
        while (input.next()) {
            anyCell = true;
            int id = input.circuitId();
            int command = input.command();
            if (id != 0 && !CellInput.isVariable(command)) {
                CellHandler handler = circuits.get().get(id);
                if (handler != null) {
                    if (handler != last && !batch.contains(handler)) {
                        batch.add(handler);
                    }
                    last = handler;
                    handler.onCell(command, input.buffer(), input.bodyOffset());
                }
            } else if (id == 0 && isForbidden(command)) {
                return new ChannelException(
                        ChannelException.Kind.PROTOCOL, CellCommand.ofWire(command) + " on a channel that is open");
            }
            if (!toldBeforeWaiting && !input.hasNext()) {
                endBatch();
            }
        }
        return new ChannelException(ChannelException.Kind.LOST, "the relay closed the link");
    }

    /** Cells of the handshake that are over with it, and what relays must not send to clients. */
    private static boolean isForbidden(int command) {
        return command == CellCommand.CERTS.wire()
                || command == CellCommand.AUTH_CHALLENGE.wire()
                || command == CellCommand.AUTHENTICATE.wire()
                || command == CellCommand.PADDING_NEGOTIATE.wire();
    }

    /** All that has arrived has been handled: whoever waits for it is woken, and what answers it goes out. */
    void endBatch() {
        last = null;
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).onBatchEnd();
        }
        batch.clear();
        boolean any = anyCell;
        anyCell = false;
        listener.onBatchEnd(any);
    }
}
