package org.onion4j.circuit.testing;

import java.io.IOException;
import java.net.Socket;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.message.Extend2;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Sendme;

/**
 * What a scripted relay does. The default of each method is what an honest relay would do, or nothing beyond keeping
 * what came for {@link ScriptedRelay#awaitMessage} and {@link ScriptedRelay#awaitCell}; a test overrides what it wants
 * otherwise. All methods run on the thread that reads the link: whatever waits for more input (a window, say) must be
 * given to {@link ScriptedRelay#run}. An exception is kept as a failure and closes the link.
 */
public interface RelayScript {
    /** An honest relay that keeps the messages it gets. */
    static RelayScript honest() {
        return new RelayScript() {};
    }

    /** A client connected; TLS comes next. */
    default void onConnect(ScriptedRelay relay, Socket socket) throws Exception {}

    /** TLS is up and the client's VERSIONS has come. */
    default void onLink(ScriptedLink link) throws Exception {
        link.sendHandshake();
    }

    /** Any cell but RELAY, RELAY_EARLY, CREATE_FAST and CREATE2. Those of the link handshake come here, too. */
    default void onCell(ReceivedCell cell) throws Exception {
        cell.link().relay().keep(cell);
    }

    /** CREATE_FAST or CREATE2. */
    default void onCreate(ScriptedLink link, int circuitId, ChannelMessage create) throws Exception {
        link.answerCreate(circuitId, create);
    }

    /** EXTEND2, at whatever hop. */
    default void onExtend(ScriptedHop hop, Extend2 extend) throws Exception {
        hop.answerExtend(extend);
    }

    /** SENDME, at whatever hop. */
    default void onSendme(ScriptedHop hop, int streamId, Sendme sendme) throws Exception {
        hop.countSendme(streamId, sendme);
    }

    /** A message that a hop recognised, of any other kind. */
    default void onMessage(ScriptedHop hop, int streamId, RelayMessage message) throws Exception {
        hop.relay().keep(new ReceivedMessage(hop, streamId, message));
    }

    /** A cell that no hop recognised. */
    default void onUnrecognized(ScriptedCircuit circuit) throws IOException {
        throw new IOException("no hop recognised a cell of the client");
    }
}
