package org.onion4j.circuit;

import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.flow.HopFlow;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.runtime.MemoryQuota;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.stream.StreamCarrier;
import org.onion4j.circuit.stream.StreamException;

/** What the streams see of their circuit. Threading: as {@link StreamCarrier} says. */
final class CircuitCarrier implements StreamCarrier {
    private final ReentrantLock lock;
    private final AfterUnlock afterUnlock;
    private final Channel channel;
    private final RelaySender sender;
    private final IntFunction<Hop> hops;
    private final Supplier<StreamTable> streams;
    private final Runnable giveUpForMemory;

    /**
     * The carrier of a circuit.
     *
     * @param hops the hop of an index, under the lock
     * @param streams the table that this is made for
     * @param giveUpForMemory closes the circuit, under the lock
     */
    CircuitCarrier(
            ReentrantLock lock,
            AfterUnlock afterUnlock,
            Channel channel,
            RelaySender sender,
            IntFunction<Hop> hops,
            Supplier<StreamTable> streams,
            Runnable giveUpForMemory) {
        this.lock = lock;
        this.afterUnlock = afterUnlock;
        this.channel = channel;
        this.sender = sender;
        this.hops = hops;
        this.streams = streams;
        this.giveUpForMemory = giveUpForMemory;
    }

    @Override
    public ReentrantLock lock() {
        return lock;
    }

    @Override
    public HopFlow flow(int hop) {
        return hops.apply(hop).flow();
    }

    @Override
    public int nextDataLen(int hop) {
        return hops.apply(hop).nextDataLen();
    }

    @Override
    public void reserveRoom(long timeoutNanos, BooleanSupplier givenUp)
            throws InterruptedException, TimeoutException, StreamException {
        try {
            channel.reserve(timeoutNanos, givenUp);
        } catch (ChannelException e) {
            throw StreamException.circuit(e);
        }
    }

    @Override
    public void recheckRoom() {
        channel.recheckReservations();
    }

    @Override
    public void windowGivenBack(int hop) {
        streams.get().onCircuitWindow(hop);
    }

    @Override
    public void unreserveRoom() {
        channel.unreserve();
    }

    @Override
    public boolean sendData(int hop, int streamId, byte[] data, int offset, int length) {
        return sender.sendData(hop, streamId, data, offset, length);
    }

    @Override
    public void sendQueued() {
        channel.wakeWriter();
    }

    @Override
    public void sendMessage(int hop, int streamId, RelayMessage message) {
        sender.send(hop, streamId, message);
    }

    @Override
    public void sendInTurn(int hop, int streamId, RelayMessage message, Runnable sent) {
        sender.sendInTurn(hop, streamId, message, sent);
    }

    @Override
    public MemoryQuota memory() {
        return channel.memory();
    }

    @Override
    public void giveUpForMemory() {
        giveUpForMemory.run();
    }

    @Override
    public void halfClosed(DataStream stream) {
        streams.get().halfClosed(stream);
    }

    @Override
    public void afterUnlock(Runnable task) {
        afterUnlock.add(task);
    }

    @Override
    public void unlock() {
        afterUnlock.unlock();
    }
}
