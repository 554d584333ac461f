package org.onion4j.circuit.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** T19: the windows of the original flow control. */
class FixedWindowFlowTest {
    private final FixedWindowFlow flow = new FixedWindowFlow(1000);

    private static byte[] tag(int value) {
        byte[] tag = new byte[20];
        tag[0] = (byte) value;
        return tag;
    }

    private static void send(HopFlow flow, int messages) {
        for (int i = 0; i < messages; i++) {
            flow.reserve();
            if (flow.onDataSent()) {
                flow.expectSendme(tag(i / 100));
            }
        }
    }

    @Test
    void reserve_windowUsedUp_refuses() {
        send(flow, 1000);
        assertThat(flow.canReserve()).isFalse();
    }

    @Test
    void onSendme_rightTagsInOrder_opensTheWindowByAHundredEach() throws Exception {
        send(flow, 1000);
        for (int i = 0; i < 10; i++) {
            flow.onSendme(tag(i));
            for (int k = 0; k < 100; k++) {
                assertThat(flow.canReserve()).isTrue();
                flow.reserve();
            }
            assertThat(flow.canReserve()).isFalse();
        }
    }

    @Test
    void onSendme_wrongTag_isAViolation() {
        send(flow, 100);
        assertThatThrownBy(() -> flow.onSendme(tag(7))).isInstanceOf(FlowViolationException.class);
    }

    @Test
    void onSendme_replayedTag_isAViolation() throws Exception {
        send(flow, 200);
        flow.onSendme(tag(0));
        assertThatThrownBy(() -> flow.onSendme(tag(0))).isInstanceOf(FlowViolationException.class);
    }

    @Test
    void onSendme_shortTag_isAViolation() {
        send(flow, 100);
        assertThatThrownBy(() -> flow.onSendme(new byte[16])).isInstanceOf(FlowViolationException.class);
    }

    @Test
    void onSendme_noneDue_isAViolation() {
        send(flow, 99);
        assertThatThrownBy(() -> flow.onSendme(tag(0))).isInstanceOf(FlowViolationException.class);
    }

    @Test
    void onSendme_forMessagesGivenBack_neverExceedsTheFirstWindow() throws Exception {
        FixedWindowFlow small = new FixedWindowFlow(100);
        send(small, 100);
        small.onSendme(tag(0));
        int room = 0;
        while (small.canReserve()) {
            small.reserve();
            room++;
        }
        assertThat(room).isEqualTo(100);
    }

    @Test
    void onDataReceived_everyHundredth_asksForASendme() throws Exception {
        for (int i = 1; i <= 2000; i++) {
            assertThat(flow.onDataReceived()).isEqualTo(i % 100 == 0);
        }
    }

    @Test
    void streamSendmesDue_onlyWhatTheBufferHasRoomFor() throws Exception {
        StreamFlow stream = flow.newStreamFlow();
        for (int i = 0; i < 500; i++) {
            stream.onDataReceived();
        }
        assertThat(stream.sendmesDue(750 * 498)).isZero();
        assertThat(stream.sendmesDue(700 * 498)).isEqualTo(1);
        assertThat(stream.owedMessages()).isEqualTo(50);
        assertThat(stream.sendmesDue(0)).isEqualTo(9);
        assertThat(stream.owedMessages()).isEqualTo(500);
        assertThat(stream.sendmesDue(0)).isZero();
    }

    @Test
    void streamOnDataReceived_beyondTheWindow_isAViolation() throws Exception {
        StreamFlow stream = flow.newStreamFlow();
        for (int i = 0; i < 500; i++) {
            stream.onDataReceived();
        }
        assertThatThrownBy(stream::onDataReceived).isInstanceOf(FlowViolationException.class);
    }

    @Test
    void streamOnSendme_moreThanWasSent_isAViolation() throws Exception {
        StreamFlow stream = flow.newStreamFlow();
        for (int i = 0; i < 50; i++) {
            stream.reserve();
        }
        stream.onSendme();
        assertThatThrownBy(stream::onSendme).isInstanceOf(FlowViolationException.class);
    }

    @Test
    void streamReserve_windowUsedUp_waitsForASendme() throws Exception {
        StreamFlow stream = flow.newStreamFlow();
        for (int i = 0; i < 500; i++) {
            stream.reserve();
        }
        assertThat(stream.canReserve()).isFalse();
        stream.onSendme();
        assertThat(stream.canReserve()).isTrue();
    }
}
