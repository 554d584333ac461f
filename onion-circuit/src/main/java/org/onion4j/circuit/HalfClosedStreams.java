package org.onion4j.circuit;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which stream IDs of a circuit are those of streams that we ended, in that order, and which of them are free again. A
 * relay that gets END sends none back, so that nothing on the stream itself tells when the last of what it still owes has
 * come. But relays handle what a client sends, and send what they send, in order: the first answer to a BEGIN that was
 * sent after the END shows that whatever belongs to the ended stream is here.
 *
 * <p>The last ended streams are remembered all the same, as C tor does with all of them: an ID is given back only when
 * many others were ended later. So it is, without any proof, with streams that the far end had opened: it may do what it
 * likes with the IDs it chose, and what it does with one that is forgotten closes the circuit. Look-ups are not here,
 * since they cannot be ended: their answer will come.
 *
 * <p>Threading: guarded by the lock of the circuit.
 */
final class HalfClosedStreams {
    /** Ended streams that are remembered in any case. */
    static final int REMEMBERED = 1000;

    /** When a stream was ended: by our count of BEGINs and ENDs. */
    private record Ended(int hop, long at) {}

    private final Map<Integer, Ended> ended = new LinkedHashMap<>(); // by stream ID, in the order in which they ended
    private final Set<Integer> incoming = new LinkedHashSet<>(); // those that the far end had opened, in that order
    private int rememberedIncoming = REMEMBERED;
    private final Map<Integer, Long> answered = new HashMap<>(); // by hop: our latest BEGIN that it has answered
    private long sent; // BEGINs and ENDs

    /** Takes the stream IDs that are free again. */
    interface Freed {
        void free(int streamId);
    }

    /** A BEGIN or RESOLVE is sent: its number, for {@link #onAnswer}. */
    long onBegin() {
        sent++;
        return sent;
    }

    /** The END of a stream is sent. */
    void onEnd(int streamId, int hop) {
        sent++;
        ended.put(streamId, new Ended(hop, sent));
    }

    /** The far end may open streams, so many at a time: we might end them all at once. */
    void rememberIncoming(int maxStreams) {
        rememberedIncoming = REMEMBERED + maxStreams;
    }

    /** The END of a stream that the far end had opened is sent. */
    void onEndOfIncoming(int streamId) {
        incoming.add(streamId);
    }

    /** Nothing more can come on the stream, for the far end has ended it, too, or has opened another of that ID. */
    void remove(int streamId) {
        ended.remove(streamId);
        incoming.remove(streamId);
    }

    /** A hop has answered the BEGIN or RESOLVE of that number. */
    void onAnswer(int hop, long begin) {
        answered.merge(hop, begin, Math::max);
    }

    /** Frees the IDs of the streams that ended first, as far as nothing more can come on them and many ended later. */
    void free(Freed target) {
        Iterator<Integer> first = incoming.iterator();
        while (incoming.size() > rememberedIncoming) {
            target.free(first.next());
            first.remove();
        }
        Iterator<Map.Entry<Integer, Ended>> oldest = ended.entrySet().iterator();
        while (ended.size() > REMEMBERED && oldest.hasNext()) {
            Map.Entry<Integer, Ended> next = oldest.next();
            if (next.getValue().at() > answered.getOrDefault(next.getValue().hop(), 0L)) {
                return; // and so it is with those that ended later
            }
            target.free(next.getKey());
            oldest.remove();
        }
    }

    void clear() {
        ended.clear();
        incoming.clear();
    }
}
