package org.onion4j.testnet.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.testnet.link.LinkTestKit.Received;

/** Links of relays that break the rules. */
class LinkScriptTest {
    private static final byte[] BODY = new byte[CellFrame.CELL_BODY_LEN];

    private final LinkTestKit kit = new LinkTestKit();

    @AfterEach
    void close() {
        kit.close();
    }

    private static LinkScripts both(LinkScript script) {
        return (initiator, remote) -> script;
    }

    @Test
    void script_dropsChangesAndAddsCells() throws Exception {
        LinkScript script = new LinkScript() {
            @Override
            public void outgoing(LinkCell cell, Consumer<LinkCell> next) {
                switch (cell.circuitId()) {
                    case 1 -> {}
                    case 2 -> next.accept(new LinkCell(22, cell.command(), cell.body()));
                    case 3 -> {
                        next.accept(cell);
                        next.accept(cell);
                    }
                    default -> next.accept(cell);
                }
            }

            @Override
            public void incoming(LinkCell cell, Consumer<LinkCell> next) {
                if (cell.circuitId() != 7) {
                    next.accept(cell);
                }
            }
        };
        LinkTestKit.Peer one = kit.newRelay("one", "10.0.0.1");
        LinkTestKit.Peer two = kit.newRelay("two", "10.0.0.2", both(script));
        one.listen();
        RelayLink dialed = two.dial(one);
        RelayLink accepted = one.nextLink();
        Received there = one.receive(accepted);
        Received here = two.receive(dialed);

        two.run(() -> {
            for (int id = 1; id <= 4; id++) {
                dialed.send(id, CellCommand.RELAY.wire(), BODY, 0);
            }
            dialed.inject(new LinkCell(1, CellCommand.DESTROY.wire(), Bytes.copyOf(BODY)));
        });
        one.run(() -> {
            accepted.send(7, CellCommand.RELAY.wire(), BODY, 0);
            accepted.send(8, CellCommand.RELAY.wire(), BODY, 0);
        });

        int[] ids = new int[5];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = there.next().circuitId();
        }
        assertThat(ids).containsExactly(22, 3, 3, 4, 1);
        assertThat(here.next().circuitId()).isEqualTo(8);
    }

    @Test
    void opened_comesOnceTheHandshakeIsDone_andCanInject() throws Exception {
        LinkScript script = new LinkScript() {
            @Override
            public void opened(RelayLink link) {
                link.inject(new LinkCell(99, CellCommand.CREATED2.wire(), Bytes.copyOf(BODY)));
            }
        };
        LinkTestKit.Peer one = kit.newRelay("one", "10.0.0.1", both(script));
        LinkTestKit.Peer two = kit.newRelay("two", "10.0.0.2");
        one.listen();

        Received here = two.receive(two.dial(one));

        assertThat(here.next().command()).isEqualTo(CellCommand.CREATED2.wire());
    }

    @Test
    void t02_corruptedCerts_failTheInitiator() throws Exception {
        assertDialFails(changing(CellCommand.CERTS, 200), "certificates prove nothing");
    }

    @Test
    void t02_authenticateOfAnotherConnection_failsAtTheResponder() throws Exception {
        LinkTestKit.Peer one = kit.newRelay("one", "10.0.0.1");
        LinkTestKit.Peer two = kit.newRelay("two", "10.0.0.2", both(changing(CellCommand.AUTHENTICATE, 30)));
        one.listen();

        RelayLink dialed = two.dial(one); // the initiator can't know yet
        Received here = two.receive(dialed);

        here.ended();
        assertThat(dialed.isClosed()).isTrue();
        one.run(() -> {});
        assertThat(one.hasNoLink()).isTrue();
    }

    @Test
    void t02_badSignatureOfAuthenticate_failsAtTheResponder() throws Exception {
        int lastByte = 4 + AuthenticationBody.SIGNED_LEN + 63;
        LinkTestKit.Peer one = kit.newRelay("one", "10.0.0.1");
        LinkTestKit.Peer two = kit.newRelay("two", "10.0.0.2", both(changing(CellCommand.AUTHENTICATE, lastByte)));
        one.listen();

        two.receive(two.dial(one)).ended();

        assertThat(one.hasNoLink()).isTrue();
    }

    @Test
    void t01_netinfoWithoutCerts_failsTheInitiator() throws Exception {
        assertDialFails(dropping(CellCommand.CERTS), "out of place");
    }

    @Test
    void t01_certsTwice_failsTheInitiator() throws Exception {
        LinkScript script = new LinkScript() {
            @Override
            public void outgoing(LinkCell cell, Consumer<LinkCell> next) {
                next.accept(cell);
                if (cell.command() == CellCommand.CERTS.wire()) {
                    next.accept(cell);
                }
            }
        };
        assertDialFails(script, "CERTS twice");
    }

    @Test
    void t01_cellsOfCircuitsBeforeNetinfo_failTheInitiator() throws Exception {
        LinkScript script = new LinkScript() {
            @Override
            public void outgoing(LinkCell cell, Consumer<LinkCell> next) {
                if (cell.command() == CellCommand.NETINFO.wire()) {
                    next.accept(new LinkCell(1, CellCommand.RELAY.wire(), Bytes.copyOf(BODY)));
                }
                next.accept(cell);
            }
        };
        assertDialFails(script, "on a circuit during the link handshake");
    }

    @Test
    void t01_paddingWithoutEnd_failsTheInitiator() throws Exception {
        LinkScript script = new LinkScript() {
            @Override
            public void outgoing(LinkCell cell, Consumer<LinkCell> next) {
                for (int i = 0; i < 100; i++) {
                    next.accept(new LinkCell(0, CellCommand.VPADDING.wire(), Bytes.EMPTY));
                }
                next.accept(cell);
            }
        };
        assertDialFails(script, "too many cells");
    }

    @Test
    void somePadding_isPassedOver_andCountsInTheDigests() throws Exception {
        LinkScript script = new LinkScript() {
            @Override
            public void outgoing(LinkCell cell, Consumer<LinkCell> next) {
                if (cell.command() != CellCommand.AUTHENTICATE.wire()) { // which counts what has been sent before
                    next.accept(new LinkCell(0, CellCommand.VPADDING.wire(), Bytes.copyOf(new byte[] {1, 2})));
                }
                next.accept(cell);
            }
        };
        LinkTestKit.Peer one = kit.newRelay("one", "10.0.0.1", both(script));
        LinkTestKit.Peer two = kit.newRelay("two", "10.0.0.2", both(script));
        one.listen();

        RelayLink dialed = two.dial(one);

        assertThat(one.nextLink().peer()).contains(two.keys().identities());
        assertThat(dialed.peer()).contains(one.keys().identities());
    }

    @Test
    void t01_certsAfterTheHandshake_closeTheLink() throws Exception {
        LinkTestKit.Peer one = kit.newRelay("one", "10.0.0.1");
        LinkTestKit.Peer two = kit.newRelay("two", "10.0.0.2");
        one.listen();
        RelayLink dialed = two.dial(one);
        Received there = one.receive(one.nextLink());

        two.run(() -> dialed.sendVariable(0, CellCommand.CERTS.wire(), new byte[] {0}, 0, 1));

        assertThat(there.ended()).isInstanceOf(LinkException.class);
    }

    @Test
    void t01_laterVersions_areIgnored() throws Exception {
        LinkScript script = new LinkScript() {
            @Override
            public void outgoing(LinkCell cell, Consumer<LinkCell> next) {
                next.accept(cell);
                if (cell.command() == CellCommand.CERTS.wire()) {
                    next.accept(new LinkCell(0, CellCommand.VERSIONS.wire(), Bytes.fromHex("0003")));
                }
            }
        };
        LinkTestKit.Peer one = kit.newRelay("one", "10.0.0.1", both(script));
        LinkTestKit.Peer two = kit.newRelay("two", "10.0.0.2", both(script));
        one.listen();
        RelayLink dialed = two.dial(one);
        Received there = one.receive(one.nextLink());

        two.run(() -> {
            dialed.sendVariable(0, CellCommand.VERSIONS.wire(), new byte[2], 0, 2);
            dialed.send(3, CellCommand.RELAY.wire(), BODY, 0);
        });

        assertThat(there.next().circuitId()).isEqualTo(3);
        assertThat(dialed.version()).isEqualTo(5);
    }

    private void assertDialFails(LinkScript ofResponder, String message) throws Exception {
        LinkTestKit.Peer one = kit.newRelay("one", "10.0.0.1", both(ofResponder));
        LinkTestKit.Peer two = kit.newRelay("two", "10.0.0.2");
        one.listen();

        assertThatThrownBy(() -> two.dial(one)).hasMessageContaining(message);
    }

    private static LinkScript dropping(CellCommand command) {
        return new LinkScript() {
            @Override
            public void outgoing(LinkCell cell, Consumer<LinkCell> next) {
                if (cell.command() != command.wire()) {
                    next.accept(cell);
                }
            }
        };
    }

    private static LinkScript changing(CellCommand command, int at) {
        return new LinkScript() {
            @Override
            public void outgoing(LinkCell cell, Consumer<LinkCell> next) {
                byte[] body = cell.body().toArray();
                if (cell.command() == command.wire()) {
                    body[at] ^= 1;
                }
                next.accept(new LinkCell(cell.circuitId(), cell.command(), Bytes.copyOf(body)));
            }
        };
    }
}
