package org.onion4j.circuit.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.testing.TestEnvironment;
import org.onion4j.circuit.testing.VirtualTime;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;

class ChannelLifeTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final RsaIdentity RSA = new RsaIdentity(Bytes.fromHex("01".repeat(20)));
    private static final Ed25519Identity ED25519 = new Ed25519Identity(Bytes.fromHex("02".repeat(32)));
    private static final ChannelTarget TARGET =
            new ChannelTarget(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9), RSA, Optional.of(ED25519));

    private final ChannelException one = new ChannelException(ChannelException.Kind.LOST, "one");
    private final ChannelException other = new ChannelException(ChannelException.Kind.SILENT, "other");
    private final VirtualTime time = new VirtualTime();
    private final TestEnvironment environment =
            TestEnvironment.builder().time(time).build();
    private final ChannelLife life = new ChannelLife(TARGET, environment.environment());

    @AfterEach
    void close() {
        environment.close();
    }

    @Test
    void end_again_keepsTheFirstCause() {
        assertThat(life.end(one)).isTrue();
        assertThat(life.end(other)).isFalse();

        assertThat(life.closedException()).isSameAs(one);
        assertThat(life.close(other).cause()).isSameAs(one);
    }

    @Test
    void becomeOpen_afterEnd_staysShut() {
        life.end(one);

        assertThat(life.becomeOpen(link())).isFalse();
        assertThat(life.isOpen()).isFalse();
        assertThat(life.link()).isNull();
    }

    @Test
    void attach_beforeOpenAndAfterEnd_throws() throws Exception {
        assertThatThrownBy(() -> life.attach(new Nobody())).isInstanceOf(ChannelException.class);
        life.becomeOpen(link());
        life.attach(new Nobody());
        life.end(one);

        assertThatThrownBy(() -> life.attach(new Nobody())).isSameAs(one);
    }

    @Test
    void close_handsOverTheCircuitsOnce() throws Exception {
        CellHandler circuit = new Nobody();
        life.becomeOpen(link());
        life.attach(circuit);

        assertThat(life.close(one).orphans().handlers()).containsExactly(circuit);
        assertThat(life.close(one).orphans().handlers()).isEmpty();
    }

    @Test
    void endIfIdle_countsFromTheLastCircuitOrCaller() throws Exception {
        life.becomeOpen(link());
        int id = life.attach(new Nobody());
        time.advance(SECOND);
        assertThat(life.idleTime()).isEmpty();
        assertThat(life.endIfIdle(Duration.ZERO)).isFalse();

        life.detach(id);
        time.advance(SECOND);
        assertThat(life.idleTime()).contains(SECOND);
        assertThat(life.serves(TARGET)).isTrue();
        assertThat(life.endIfIdle(Duration.ZERO)).isFalse();

        time.advance(SECOND);
        assertThat(life.endIfIdle(SECOND)).isFalse();
        assertThat(life.endIfIdle(SECOND.minusNanos(1))).isTrue();
        assertThat(life.isOpen()).isFalse();
    }

    @Test
    void retire_withCircuits_isToBeClosedWithTheLast() throws Exception {
        life.becomeOpen(link());
        int first = life.attach(new Nobody());
        int second = life.attach(new Nobody());

        assertThat(life.retire()).isFalse();
        assertThat(life.serves(TARGET)).isFalse();
        assertThat(life.detach(first)).isFalse();
        assertThat(life.detach(second)).isTrue();
    }

    @Test
    void retire_withoutCircuits_isToBeClosedNow() {
        life.becomeOpen(link());

        assertThat(life.retire()).isTrue();
        assertThat(life.isRetired()).isTrue();
    }

    @Test
    void isOpeningFor_endsWithTheOpening() {
        time.advance(SECOND);
        assertThat(life.isOpeningFor(SECOND)).isTrue();
        assertThat(life.isOpeningFor(SECOND.plusNanos(1))).isFalse();

        life.becomeOpen(link());
        assertThat(life.isOpeningFor(SECOND)).isFalse();
    }

    private static LinkProperties link() {
        return new LinkProperties(5, RSA, ED25519, Optional.empty());
    }

    private static final class Nobody implements CellHandler {
        @Override
        public void onCell(int command, byte[] buffer, int offset) {}

        @Override
        public void onBatchEnd() {}

        @Override
        public void onChannelClosed(ChannelException cause) {}
    }
}
