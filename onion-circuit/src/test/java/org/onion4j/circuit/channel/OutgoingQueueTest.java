package org.onion4j.circuit.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.testing.TestMemory;

class OutgoingQueueTest {
    private static final int CELL = 514;

    private static boolean wanted() {
        return false; // never given up
    }

    private final OutgoingQueue queue = new OutgoingQueue(CELL, TestMemory.account());

    private OutgoingQueue.Fate put(int number, OutgoingQueue.Room room) {
        byte[] body = new byte[CELL - 5];
        body[0] = (byte) number;
        body[1] = (byte) (number >> 8);
        return queue.put(0x80000001, 3, body, 0, room, OutgoingQueue.Wake.NOW);
    }

    @Test
    void take_afterPuts_givesTheCellsInOrderInWireForm() throws Exception {
        for (int i = 0; i < 300; i++) {
            assertThat(put(i, OutgoingQueue.Room.NONE)).isEqualTo(OutgoingQueue.Fate.QUEUED);
        }
        byte[] target = new byte[31 * CELL];
        int seen = 0;
        while (seen < 300) {
            int length = queue.take(target, 0);
            assertThat(length).isPositive();
            for (int at = 0; at < length; at += CELL) {
                assertThat(target[at]).isEqualTo((byte) 0x80);
                assertThat(target[at + 3]).isEqualTo((byte) 1);
                assertThat(target[at + 4]).isEqualTo((byte) 3);
                assertThat((target[at + 5] & 0xff) | (target[at + 6] & 0xff) << 8)
                        .isEqualTo(seen);
                seen++;
            }
        }
        assertThat(queue.take(target, 0)).isZero();
    }

    @Test
    void put_toWakeLater_wakesTheWriterWhenTold() throws Exception {
        CompletableFuture<Integer> writer = CompletableFuture.supplyAsync(() -> {
            try {
                return queue.take(new byte[CELL], TimeUnit.MINUTES.toNanos(1));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        queue.put(1, 3, new byte[CELL - 5], 0, OutgoingQueue.Room.NONE, OutgoingQueue.Wake.LATER);
        queue.wakeWriter();
        assertThat(writer.get(10, TimeUnit.SECONDS)).isEqualTo(CELL);
    }

    /** Who waits for room can't wake the writer any more, so that is done before. */
    @Test
    void reserve_atTheBound_wakesTheWriter() throws Exception {
        CountDownLatch waits = new CountDownLatch(1);
        for (int i = 0; i < OutgoingQueue.DATA_CELLS; i++) {
            assertThat(queue.reserve(0, OutgoingQueueTest::wanted)).isTrue();
        }
        CompletableFuture<Integer> writer = CompletableFuture.supplyAsync(() -> {
            waits.countDown();
            try {
                return queue.take(new byte[CELL], TimeUnit.MINUTES.toNanos(1));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        waits.await();
        for (int i = 0; i < OutgoingQueue.DATA_CELLS; i++) {
            queue.put(1, 3, new byte[CELL - 5], 0, OutgoingQueue.Room.RESERVED, OutgoingQueue.Wake.LATER);
        }
        assertThat(queue.reserve(TimeUnit.MINUTES.toNanos(1), OutgoingQueueTest::wanted))
                .isTrue();
        assertThat(writer.get(10, TimeUnit.SECONDS)).isEqualTo(CELL);
    }

    @Test
    void reserve_atTheBound_refusesUntilTheWriterHasTaken() throws Exception {
        for (int i = 0; i < OutgoingQueue.DATA_CELLS; i++) {
            assertThat(queue.reserve(0, OutgoingQueueTest::wanted)).isTrue();
            assertThat(put(i, OutgoingQueue.Room.RESERVED)).isEqualTo(OutgoingQueue.Fate.QUEUED);
        }
        assertThat(queue.reserve(0, OutgoingQueueTest::wanted)).isFalse();
        assertThat(queue.take(new byte[CELL], 0)).isEqualTo(CELL);
        assertThat(queue.reserve(0, OutgoingQueueTest::wanted)).isTrue();
        assertThat(queue.reserve(0, OutgoingQueueTest::wanted)).isFalse();
        queue.unreserve();
        assertThat(queue.reserve(0, OutgoingQueueTest::wanted)).isTrue();
    }

    @Test
    void reserve_givenUpMeanwhile_refusesThatOneAlone() throws Exception {
        for (int i = 0; i < OutgoingQueue.DATA_CELLS; i++) {
            assertThat(queue.reserve(0, OutgoingQueueTest::wanted)).isTrue();
        }
        AtomicBoolean givenUp = new AtomicBoolean();
        CompletableFuture<Boolean> one = reserveLater(givenUp::get);
        CompletableFuture<Boolean> other = reserveLater(OutgoingQueueTest::wanted);
        givenUp.set(true);
        queue.recheckWaiting();
        assertThat(one.get(10, TimeUnit.SECONDS)).isFalse();
        assertThat(other).isNotDone();
        queue.unreserve();
        assertThat(other.get(10, TimeUnit.SECONDS)).isTrue();
    }

    private CompletableFuture<Boolean> reserveLater(BooleanSupplier givenUp) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return queue.reserve(TimeUnit.MINUTES.toNanos(1), givenUp);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void put_atTheHardBound_refuses() {
        for (int i = 0; i < OutgoingQueue.HARD_CELLS; i++) {
            assertThat(put(i, OutgoingQueue.Room.NONE)).isEqualTo(OutgoingQueue.Fate.QUEUED);
        }
        assertThat(put(0, OutgoingQueue.Room.NONE)).isEqualTo(OutgoingQueue.Fate.FULL);
    }

    @Test
    void close_wakesWhoWaits_andLeavesWhatIsQueued() throws Exception {
        for (int i = 0; i < OutgoingQueue.DATA_CELLS; i++) {
            assertThat(queue.reserve(0, OutgoingQueueTest::wanted)).isTrue();
        }
        put(1, OutgoingQueue.Room.RESERVED);
        CompletableFuture<Boolean> waiter = reserveLater(OutgoingQueueTest::wanted);
        queue.close();
        assertThat(waiter.get(10, TimeUnit.SECONDS)).isFalse();
        assertThat(put(2, OutgoingQueue.Room.NONE)).isEqualTo(OutgoingQueue.Fate.CLOSED);
        byte[] target = new byte[CELL];
        assertThat(queue.take(target, 0)).isEqualTo(CELL);
        assertThat(queue.take(target, 0)).isEqualTo(-1);
    }
}
