package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.circuit.cell.PaddingAction;
import org.onion4j.circuit.message.Drop;
import org.onion4j.circuit.message.PaddingNegotiate;
import org.onion4j.circuit.message.PaddingNegotiated;
import org.onion4j.circuit.padding.OwnPadding;
import org.onion4j.circuit.padding.PaddingMachine;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.ReceivedMessage;
import org.onion4j.circuit.testing.ScriptedHop;

/** Circuits whose set-up is padded by us and by their second hop (T88). */
@Timeout(60)
class CircuitPaddingTest {
    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    private static final int TOLERATED = 64;

    private static PaddingNegotiated negotiated(PaddingMachine machine, PaddingAction action, int response) {
        return new PaddingNegotiated(action, response, machine.number(), 1);
    }

    private static PaddingNegotiated started(PaddingMachine machine) {
        return negotiated(machine, PaddingAction.START, PaddingNegotiated.OK);
    }

    private static ScriptedHop second(Built built) {
        return built.hop(1);
    }

    private Built padded(PaddingMachine machine) throws Exception {
        Built built = client.build(3);
        built.circuit().pad(machine, OwnPadding.SENT);
        return built;
    }

    private static void dropFrom(ScriptedHop hop, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            hop.send(0, new Drop());
        }
        client.awaitHandled();
    }

    @ParameterizedTest
    @EnumSource
    void pad_asksTheSecondHop(PaddingMachine machine) throws Exception {
        Built built = padded(machine);
        ReceivedMessage asked = built.awaitMessage(PaddingNegotiate.class, 0);
        assertThat(asked.hop()).isSameAs(second(built));
        assertThat(asked.message())
                .isEqualTo(new PaddingNegotiate(
                        PaddingAction.START, machine == PaddingMachine.HIDE_INTRODUCTION ? 0 : 1, 0, 1));
        if (machine == PaddingMachine.HIDE_RENDEZVOUS) {
            assertThat(built.awaitMessage(Drop.class, 0).hop()).isSameAs(second(built));
        }
    }

    /** T88: what the machine sends is no mark; what is beyond that has its small budget, as ever. */
    @Test
    void t88_dropsOfTheMachine_areExpected_moreAreNot() throws Exception {
        Built built = padded(PaddingMachine.HIDE_INTRODUCTION);
        second(built).send(0, started(PaddingMachine.HIDE_INTRODUCTION));
        dropFrom(second(built), 10 + TOLERATED);
        assertThat(built.circuit().isOpen()).isTrue();
        dropFrom(second(built), 1);
        client.assertClosedAsProtocol(built);
    }

    /** T88: once it has stopped, or refused, it owes nothing more; other hops never did. */
    @Test
    void t88_dropsOfNoMachine_areToleratedAFewTimes() throws Exception {
        Built stopped = padded(PaddingMachine.HIDE_INTRODUCTION);
        second(stopped).send(0, started(PaddingMachine.HIDE_INTRODUCTION));
        second(stopped).send(0, negotiated(PaddingMachine.HIDE_INTRODUCTION, PaddingAction.STOP, PaddingNegotiated.OK));
        dropFrom(second(stopped), TOLERATED + 1);
        client.assertClosedAsProtocol(stopped);

        Built refused = padded(PaddingMachine.HIDE_RENDEZVOUS);
        second(refused).send(0, negotiated(PaddingMachine.HIDE_RENDEZVOUS, PaddingAction.START, PaddingNegotiated.ERR));
        dropFrom(second(refused), TOLERATED);
        assertThat(refused.circuit().isOpen()).isTrue();

        Built other = padded(PaddingMachine.HIDE_INTRODUCTION);
        second(other).send(0, started(PaddingMachine.HIDE_INTRODUCTION));
        dropFrom(other.last(), TOLERATED + 1);
        client.assertClosedAsProtocol(other);
    }

    /** T88: answers that nothing asked for, of the wrong hop, twice, or to another question. */
    @Test
    void t88_answersToNothing_closeTheCircuit() throws Exception {
        Built unasked = client.build(3);
        second(unasked).send(0, started(PaddingMachine.HIDE_INTRODUCTION));
        client.assertClosedAsProtocol(unasked);

        Built wrongHop = padded(PaddingMachine.HIDE_INTRODUCTION);
        wrongHop.last().send(0, started(PaddingMachine.HIDE_INTRODUCTION));
        client.assertClosedAsProtocol(wrongHop);

        Built twice = padded(PaddingMachine.HIDE_INTRODUCTION);
        second(twice).send(0, started(PaddingMachine.HIDE_INTRODUCTION));
        second(twice).send(0, started(PaddingMachine.HIDE_INTRODUCTION));
        client.assertClosedAsProtocol(twice);

        Built otherMachine = padded(PaddingMachine.HIDE_INTRODUCTION);
        second(otherMachine).send(0, started(PaddingMachine.HIDE_RENDEZVOUS));
        client.assertClosedAsProtocol(otherMachine);

        Built stopFirst = padded(PaddingMachine.HIDE_INTRODUCTION);
        second(stopFirst)
                .send(0, negotiated(PaddingMachine.HIDE_INTRODUCTION, PaddingAction.STOP, PaddingNegotiated.OK));
        client.assertClosedAsProtocol(stopFirst);
    }

    @Test
    void pad_whereTheNetworkLimitsPadding_sendsNoDrop() throws Exception {
        Built built = client.build(3);
        built.circuit().pad(PaddingMachine.HIDE_RENDEZVOUS, OwnPadding.LEFT_OUT);
        built.awaitMessage(PaddingNegotiate.class, 0);
        second(built).send(0, started(PaddingMachine.HIDE_RENDEZVOUS));
        dropFrom(second(built), 1);
        assertThat(built.circuit().isOpen()).isTrue();
    }

    @Test
    void pad_twiceOrOnShortCircuits_isAMistake() throws Exception {
        Built built = padded(PaddingMachine.HIDE_RENDEZVOUS);
        assertThatIllegalStateException()
                .isThrownBy(() -> built.circuit().pad(PaddingMachine.HIDE_RENDEZVOUS, OwnPadding.SENT));
        Built two = client.build(2);
        assertThatIllegalStateException()
                .isThrownBy(() -> two.circuit().pad(PaddingMachine.HIDE_RENDEZVOUS, OwnPadding.SENT));
    }
}
