package org.onion4j.api.internal.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.onion4j.api.OnionServiceEvent;
import org.onion4j.api.OnionServiceEvent.Published;

class EventRelayTest {
    private final List<OnionServiceEvent> told = new ArrayList<>();
    private boolean faulty = true;

    private void execute(Runnable task) {
        if (faulty) {
            throw new OutOfMemoryError("a fault of the test's: no thread is left");
        }
        task.run();
    }

    @Test
    void noThreadForATime_eventsAreToldAfterwards() {
        EventRelay relay = new EventRelay(told::add, this::execute);
        assertThatThrownBy(() -> relay.accept(new Published(1, 6))).isInstanceOf(OutOfMemoryError.class);
        faulty = false;
        relay.accept(new Published(2, 6));
        assertThat(told).containsExactly(new Published(1, 6), new Published(2, 6));
    }

    @Test
    void listenerThatThrowsAnError_isToldTheNextEvent() {
        faulty = false;
        EventRelay relay = new EventRelay(
                event -> {
                    told.add(event);
                    throw new StackOverflowError("a fault of the test's");
                },
                this::execute);
        relay.accept(new Published(1, 6));
        relay.accept(new Published(2, 6));
        assertThat(told).hasSize(2);
    }
}
