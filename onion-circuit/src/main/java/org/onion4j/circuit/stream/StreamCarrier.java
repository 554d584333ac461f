package org.onion4j.circuit.stream;

import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.onion4j.circuit.flow.HopFlow;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.runtime.MemoryQuota;

/** What a stream needs of its circuit. Methods marked so are called with {@link #lock} held. */
public interface StreamCarrier {
    /** The lock of the circuit, which guards the sending side of its streams. */
    ReentrantLock lock();

    /** Under the lock: the flow control of the hop where the stream ends. */
    HopFlow flow(int hop);

    /** What the buffers of all streams may hold together. */
    MemoryQuota memory();

    /** Under the lock: closes the circuit, since what this stream of it holds has waited longest and there is too much. */
    void giveUpForMemory();

    /** The most bytes that one DATA message to the hop may carry now; under the lock. */
    int nextDataLen(int hop);

    /**
     * Without any lock: takes room in the channel's queue for one DATA message.
     *
     * @param givenUp whether the room isn't wanted any more, which ends the waiting like a time-out, at the next
     *     {@link #recheckRoom}
     */
    void reserveRoom(long timeoutNanos, BooleanSupplier givenUp)
            throws InterruptedException, TimeoutException, StreamException;

    /** Lets those who wait for room look whether they have given up. */
    void recheckRoom();

    /** Gives back the room that {@link #reserveRoom} took. */
    void unreserveRoom();

    /** Under the lock: a stream has given back what it took of the hop's window, for which others may wait. */
    void windowGivenBack(int hop);

    /**
     * Under the lock: encrypts and queues a DATA message for which room and windows have been reserved. It need not go out
     * before {@link #sendQueued}, which must follow before the caller waits for anything.
     *
     * @return false if the circuit failed and is closed now; the room has not been used then
     */
    boolean sendData(int hop, int streamId, byte[] data, int offset, int length);

    /** With or without the lock: lets the channel send what is queued. Doesn't wait. */
    void sendQueued();

    /**
     * Under the lock: encrypts and queues another message at once. Should that fail, the circuit, and with it the stream,
     * is closed afterwards.
     */
    void sendMessage(int hop, int streamId, RelayMessage message);

    /**
     * The same for a message that may wait while very many do: it keeps its place among those of that kind.
     *
     * @param sent runs once it is queued, with the lock held
     */
    void sendInTurn(int hop, int streamId, RelayMessage message, Runnable sent);

    /** Under the lock: the stream was closed on this side, its END is sent; the far end may still owe messages. */
    void halfClosed(DataStream stream);

    /** Under the lock: runs something once the lock has been released. */
    void afterUnlock(Runnable task);

    /** Releases the lock and runs what {@link #afterUnlock} collected. */
    void unlock();
}
