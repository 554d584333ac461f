package org.onion4j.circuit.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.PaddingAction;
import org.onion4j.circuit.cell.PaddingNegotiate;
import org.onion4j.circuit.channel.PaddingParameters.Mode;
import org.onion4j.circuit.testing.VirtualTime;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.random.RandomnessException;
import org.onion4j.crypto.testing.SeededRandom;

/** Padding of a link that is made up, in virtual time. Times in milliseconds. */
class ChannelPaddingTest {
    private static final long NANOS = 1_000_000;

    private final VirtualTime time = new VirtualTime();
    private final Link link = new Link();
    private PaddingParameters parameters = PaddingParameters.DEFAULT;
    private RandomSource random = new SeededRandom(7);

    /** One cell that padding sent. */
    private record Sent(long atMillis, CellCommand command, Bytes body) {}

    private final class Link implements PaddedLink {
        final List<Sent> sent = new ArrayList<>();
        boolean open = true;
        boolean paths = true;
        boolean traffic = true;
        boolean drained = true;
        int version = 5;
        RuntimeException failure;
        private long cells;
        private long batches;
        private long lastWrite = time.ticker().read();
        private long lastRead = time.ticker().read();

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public int version() {
            return version;
        }

        @Override
        public boolean carriesPaths() {
            return paths;
        }

        @Override
        public boolean carriesTraffic() {
            return traffic;
        }

        @Override
        public LinkActivity activity() {
            return new LinkActivity(cells, batches, lastWrite, lastRead, drained);
        }

        @Override
        public void send(CellCommand command, byte[] body) {
            sent.add(new Sent(now(), command, Bytes.copyOf(body)));
            write();
        }

        @Override
        public void fail(RuntimeException why) {
            failure = why;
            open = false;
        }

        void write() {
            cells++;
            lastWrite = time.ticker().read();
        }

        void read() {
            batches++;
            lastRead = time.ticker().read();
        }

        List<Long> paddingTimes() {
            return sent.stream()
                    .filter(s -> s.command().equals(CellCommand.PADDING))
                    .map(Sent::atMillis)
                    .toList();
        }
    }

    private long now() {
        return time.ticker().read() / NANOS;
    }

    private ChannelPadding start() {
        ChannelPadding padding = new ChannelPadding(
                link,
                () -> parameters,
                new ChannelEnvironment(
                        null, null, time.ticker(), random, time, null, ChannelEnvironment.DEFAULT_HANDSHAKE_TIMEOUT));
        padding.start();
        time.advance(Duration.ZERO);
        return padding;
    }

    private static double mean(List<Long> values) {
        return values.stream().mapToLong(v -> v).average().orElseThrow();
    }

    private List<Long> gaps(long begin) {
        List<Long> gaps = new ArrayList<>();
        long last = begin;
        for (long at : link.paddingTimes()) {
            gaps.add(at - last);
            last = at;
        }
        return gaps;
    }

    @Test
    void idleLink_isPaddedAfterTheLargerOfTwoUniformTimes() {
        long begin = now();
        start();
        time.advance(Duration.ofHours(10));
        List<Long> gaps = gaps(begin);
        assertThat(gaps).hasSizeGreaterThan(5000).allMatch(gap -> gap >= 1500 && gap <= 9500);
        // The larger of two uniform draws: mean at two thirds, a quarter of them in the lower half.
        assertThat(mean(gaps)).isCloseTo(1500 + 8000 * 2 / 3.0, within(120.0));
        assertThat(gaps.stream().filter(gap -> gap < 5500).count() / (double) gaps.size())
                .isCloseTo(0.25, within(0.03));
    }

    /** Each activity begins a new idle time of a new length: what is left of the last one must not count. */
    @Test
    void activityAtRandom_leavesTheIdleTimesDistributedAsDrawn() {
        start();
        Random activity = new Random(5);
        List<Long> idle = new ArrayList<>();
        long lastActive = now();
        long untouched = 0;
        for (int i = 0; i < 6000; i++) {
            int before = link.paddingTimes().size();
            long step = 20L + activity.nextInt(9000);
            time.advance(Duration.ofMillis(step));
            List<Long> times = link.paddingTimes();
            if (times.size() > before) {
                idle.add(times.get(before) - lastActive);
            } else {
                untouched++;
            }
            if (i % 2 == 0) {
                link.read();
            } else {
                link.write();
            }
            lastActive = now();
        }
        assertThat(idle).allMatch(gap -> gap >= 1500 && gap <= 9500);
        // Given activity after a uniform time, the chance of padding before it is that of the drawn time being shorter.
        double expected = 0;
        for (int step = 20; step < 9020; step++) {
            double share = Math.max(0, step - 1500) / 8000.0;
            expected += share * share / 9000;
        }
        assertThat(idle.size() / (double) (idle.size() + untouched)).isCloseTo(expected, within(0.02));
    }

    @Test
    void busyLink_isNotPadded() {
        start();
        for (int i = 0; i < 2000; i++) {
            time.advance(Duration.ofMillis(1400));
            link.read();
        }
        assertThat(link.sent).isEmpty();
    }

    @Test
    void linkWithCellsWaiting_isNotPadded() {
        link.drained = false;
        start();
        time.advance(Duration.ofMinutes(30));
        assertThat(link.sent).isEmpty();
        link.drained = true;
        time.advance(Duration.ofSeconds(20));
        assertThat(link.paddingTimes()).isNotEmpty();
    }

    @Test
    void linkForDirectoryRequests_isOnlyKeptAliveUntilAPathRunsOverIt() {
        link.paths = false;
        long begin = now();
        ChannelPadding padding = start();
        time.advance(Duration.ofMinutes(16));
        assertThat(gaps(begin)).containsExactly(300_000L, 300_000L, 300_000L);
        link.paths = true;
        padding.look();
        time.advance(Duration.ofSeconds(20));
        assertThat(link.paddingTimes()).hasSizeGreaterThan(4);
    }

    @Test
    void padBeforeUsageOff_isPaddedOnlyOnceAStreamRunsOverIt() { // nf_pad_before_usage=0
        parameters = new PaddingParameters(Mode.NORMAL, 1500, 9500, false);
        link.traffic = false;
        long begin = now();
        ChannelPadding padding = start();
        time.advance(Duration.ofMinutes(11));
        assertThat(gaps(begin)).containsExactly(300_000L, 300_000L);
        link.traffic = true;
        padding.look();
        time.advance(Duration.ofSeconds(20));
        assertThat(link.paddingTimes()).hasSizeGreaterThan(3);
    }

    @Test
    void padBeforeUsageOn_isPaddedBeforeAnyStream() {
        link.traffic = false;
        start();
        time.advance(Duration.ofSeconds(30));
        assertThat(link.paddingTimes()).hasSizeGreaterThan(2);
    }

    @Test
    void linkProtocol4_isOnlyKeptAliveAndToldNothing() {
        link.version = 4;
        parameters = new PaddingParameters(Mode.REDUCED, 9000, 14000, true);
        long begin = now();
        start();
        time.advance(Duration.ofMinutes(11));
        assertThat(gaps(begin)).containsExactly(300_000L, 300_000L);
        assertThat(link.sent).hasSize(2);
    }

    @Test
    void keepalive_countsFromTheLastWrite() {
        parameters = new PaddingParameters(Mode.NORMAL, 0, 0, true); // switched off by the consensus
        start();
        long begin = now();
        time.advance(Duration.ofMinutes(4));
        link.write();
        time.advance(Duration.ofMinutes(4));
        link.read(); // keeps nothing alive
        time.advance(Duration.ofMinutes(2));
        assertThat(link.sent).hasSize(1);
        assertThat(link.sent.get(0).atMillis())
                .isEqualTo(begin + Duration.ofMinutes(9).toMillis());
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"REDUCED", "OFF"})
    void otherModes_tellTheRelayToStopBeforeAnythingElse(Mode mode) throws Exception {
        parameters = new PaddingParameters(mode, 9000, 14000, true);
        long begin = now();
        start();
        assertThat(negotiate(0).action()).isEqualTo(PaddingAction.STOP);
        assertThat(link.sent.get(0).atMillis()).isEqualTo(begin);
        time.advance(Duration.ofMinutes(60));
        List<Long> gaps = gaps(begin);
        if (mode == Mode.OFF) {
            assertThat(gaps).containsOnly(300_000L);
        } else {
            assertThat(gaps).hasSizeGreaterThan(200).allMatch(gap -> gap >= 9000 && gap <= 14000);
        }
    }

    @Test
    void changedParameters_areToldAndTakenUpAtOnce() throws Exception {
        ChannelPadding padding = start();
        parameters = new PaddingParameters(Mode.OFF, 1500, 9500, true);
        padding.look();
        time.advance(Duration.ofMinutes(4));
        assertThat(negotiate(0).action()).isEqualTo(PaddingAction.STOP);
        assertThat(link.sent).hasSize(1);
        parameters = PaddingParameters.DEFAULT;
        padding.look();
        time.advance(Duration.ofSeconds(9).plusMillis(500));
        assertThat(negotiate(1)).isEqualTo(new PaddingNegotiate(PaddingAction.START, 0, 0));
        assertThat(link.paddingTimes()).isNotEmpty();
    }

    @Test
    void closedLink_leavesNoTimer() {
        start();
        link.open = false;
        time.advance(Duration.ofSeconds(10));
        assertThat(time.timers()).isZero();
        assertThat(link.paddingTimes()).isEmpty();
    }

    @Test
    void t90_failingRandomness_endsTheLink() {
        random = target -> {
            throw new RandomnessException("no randomness");
        };
        start();
        assertThat(link.failure).isInstanceOf(RandomnessException.class);
        time.advance(Duration.ofMinutes(10));
        assertThat(link.sent).isEmpty();
        assertThat(time.timers()).isZero();
    }

    private PaddingNegotiate negotiate(int index) throws WireFormatException {
        Sent cell = link.sent.stream()
                .filter(s -> s.command().equals(CellCommand.PADDING_NEGOTIATE))
                .skip(index)
                .findFirst()
                .orElseThrow();
        return (PaddingNegotiate)
                org.onion4j.circuit.cell.ChannelMessage.decode(cell.command(), new WireReader(cell.body()));
    }
}
