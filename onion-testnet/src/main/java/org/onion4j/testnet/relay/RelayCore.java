package org.onion4j.testnet.relay;

import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.message.PaddingSource;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.testnet.keys.SeededRandom;
import org.onion4j.testnet.link.LinkConnected;
import org.onion4j.testnet.link.RelayLink;
import org.onion4j.testnet.loop.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the parts of one relay share: what it was made with, its links and circuits, and arrays that cells pass through,
 * each of which is in use only within one call. On the relay's loop.
 */
final class RelayCore {
    private static final Logger log = LoggerFactory.getLogger(Relay.class);

    private final RelayKeys keys;
    private final Loop loop;
    private final RandomSource random;
    private final long chanceSeed;
    private final RelayDirectory directory;
    private final ExitConnector exits;
    private final LinkMaker linkMaker;
    private final RelayObservations observations;
    private final PaddingSource padding;
    private final RelayLinks links = new RelayLinks();
    private final Set<RelayCircuit> circuits = new LinkedHashSet<>();
    private final Extender extender = new Extender(this);
    private final IntroductionPoints introductionPoints;
    private final RendezvousPoints rendezvousPoints = new RendezvousPoints();
    private final byte[] decrypted = new byte[CellFrame.CELL_BODY_LEN];
    private final byte[] encrypted = new byte[CellFrame.CELL_BODY_LEN];
    private final byte[] plain = new byte[CellFrame.CELL_BODY_LEN];
    private final byte[] data = new byte[RelayBody.MAX_DATA_LEN];
    private RelayConfig config;
    private boolean closed;

    RelayCore(
            RelayConfig config,
            RelayKeys keys,
            Loop loop,
            RandomSource random,
            RelayDirectory directory,
            ExitConnector exits,
            LinkMaker linkMaker) {
        this.config = config;
        this.keys = keys;
        this.loop = loop;
        this.random = random;
        this.directory = directory;
        this.exits = exits;
        this.linkMaker = linkMaker;
        this.observations = new RelayObservations(loop);
        this.padding = new RelayPadding(random);
        this.chanceSeed = random.nextLong();
        this.introductionPoints = new IntroductionPoints(loop.time().ticker());
    }

    RelayConfig config() {
        return config;
    }

    void setConfig(RelayConfig value) {
        config = value;
    }

    RelayScript script() {
        return config.script();
    }

    RelayKeys keys() {
        return keys;
    }

    Loop loop() {
        return loop;
    }

    RandomSource random() {
        return random;
    }

    /** Chance of one part of what scripts do, which follows from the relay's seed and the part's name. */
    RandomSource chance(String part) {
        return SeededRandom.of(chanceSeed, part);
    }

    RelayDirectory directory() {
        return directory;
    }

    ExitConnector exits() {
        return exits;
    }

    RelayObservations observations() {
        return observations;
    }

    PaddingSource padding() {
        return padding;
    }

    RelayLinks links() {
        return links;
    }

    Set<RelayCircuit> circuits() {
        return circuits;
    }

    Extender extender() {
        return extender;
    }

    IntroductionPoints introductionPoints() {
        return introductionPoints;
    }

    RendezvousPoints rendezvousPoints() {
        return rendezvousPoints;
    }

    Logger log() {
        return log;
    }

    /** For a body that a circuit's layer has been taken off. */
    byte[] decrypted() {
        return decrypted;
    }

    /** For a body that a circuit's layer has been added to. */
    byte[] encrypted() {
        return encrypted;
    }

    /** For a message of this relay. */
    byte[] plain() {
        return plain;
    }

    /** For bytes on their way into a DATA message. */
    byte[] data() {
        return data;
    }

    boolean isClosed() {
        return closed;
    }

    /** Runs the task soon, unless the relay has been closed by then. */
    void later(Runnable task) {
        loop.execute(() -> {
            if (!closed) {
                task.run();
            }
        });
    }

    void dial(InetSocketAddress address, RsaIdentity rsa, Optional<Ed25519Identity> ed25519, LinkConnected callback) {
        linkMaker.dial(address, rsa, ed25519, callback);
    }

    /** Takes over a link, whoever made it. */
    CellLink adopt(RelayLink made) {
        CellLink link = new CellLink(this, made);
        if (closed) {
            link.close();
        } else {
            links.add(link);
            link.start();
        }
        return link;
    }

    /** Closes all links, and with them all circuits. */
    void close() {
        closed = true;
        links.all().forEach(CellLink::close);
    }
}
