package org.onion4j.circuit.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** T19: whatever the order of what is sent, acknowledged and received, windows stay within their bounds. */
class FixedWindowFlowPropertyTest {
    /**
     * Steps: 0 takes room, 1 sends, 2 gives room back, 3 is a SENDME, right if any is due. Compared with a model that
     * counts messages one by one.
     */
    @Property(tries = 200)
    void sending_anyOrder_neverMoreUnacknowledgedThanTheWindow(
            @ForAll @IntRange(min = 100, max = 1000) int window,
            @ForAll @Size(min = 500, max = 3000) List<@IntRange(max = 19) Integer> steps) {
        FixedWindowFlow flow = new FixedWindowFlow(window);
        Deque<byte[]> due = new ArrayDeque<>();
        int reserved = 0;
        int sent = 0;
        int acknowledged = 0;
        for (int step : steps) {
            if (step < 9 && flow.canReserve()) {
                flow.reserve();
                reserved++;
            } else if (step < 17 && reserved > 0) {
                reserved--;
                sent++;
                assertThat(flow.onDataSent()).isEqualTo(sent % 100 == 0);
                if (sent % 100 == 0) {
                    byte[] tag = {(byte) (sent / 100), 1};
                    flow.expectSendme(tag);
                    due.add(tag);
                }
            } else if (step == 18 && reserved > 0) {
                reserved--;
                flow.unreserve();
            } else if (step == 19) {
                acknowledged += acknowledge(flow, due) ? 100 : 0;
            }
            assertThat(sent + reserved - acknowledged).isBetween(0, window);
            assertThat(flow.canReserve()).isEqualTo(sent + reserved - acknowledged < window);
            assertThat(acknowledged).isLessThanOrEqualTo(sent);
        }
    }

    private static boolean acknowledge(FixedWindowFlow flow, Deque<byte[]> due) {
        try {
            flow.onSendme(due.isEmpty() ? new byte[] {0, 0} : due.remove());
            return true;
        } catch (FlowViolationException e) {
            return false;
        }
    }

    /** The far end may have sent all that it was granted, in messages of any size: the buffer must hold that. */
    @Property(tries = 300)
    void receiving_anyOrder_whatWaitsAndWhatMayComeFitTheBuffer(
            @ForAll @Size(max = 1500) List<@IntRange(min = -4, max = 498) Integer> steps) throws Exception {
        StreamFlow flow = new FixedWindowFlow(1000).newStreamFlow();
        long buffered = 0;
        int granted = 500;
        for (int step : steps) {
            if (step >= 0 && flow.owedMessages() > 0) {
                flow.onDataReceived();
                granted--;
                buffered += step;
            } else if (step < 0) {
                buffered = step == -1 ? 0 : buffered / 2;
                granted += 50 * flow.sendmesDue(buffered);
            }
            assertThat(flow.owedMessages()).isEqualTo(granted).isBetween(0, 500);
            assertThat(buffered + granted * 498L).isLessThanOrEqualTo(flow.maxBufferedBytes());
        }
        assertThat(flow.sendmesDue(0)).isEqualTo((500 - granted) / 50);
    }
}
