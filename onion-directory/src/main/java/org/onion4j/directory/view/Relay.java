package org.onion4j.directory.view;

import static com.google.common.base.Preconditions.checkState;

import com.google.errorprone.annotations.Immutable;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.Microdescriptor;
import org.onion4j.directory.doc.PortPolicy;
import org.onion4j.directory.doc.ProtocolVersions;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.doc.RouterStatus;

/**
 * A relay as one {@link NetworkView} has it. Immutable; belongs to its view: to know a relay in a later view, look up
 * its {@link #rsaIdentity} there. Compared by object identity.
 */
@Immutable
public final class Relay {
    private final RouterStatus status;

    @SuppressWarnings("Immutable") // a record of immutable parts
    private final Optional<Microdescriptor> microdescriptor;

    Relay(RouterStatus status, Optional<Microdescriptor> microdescriptor) {
        this.status = status;
        this.microdescriptor = microdescriptor;
    }

    /** Its entry in the consensus. */
    public RouterStatus status() {
        return status;
    }

    /** Its microdescriptor, if it is at hand. */
    public Optional<Microdescriptor> microdescriptor() {
        return microdescriptor;
    }

    public RsaIdentity rsaIdentity() {
        return status.rsaIdentity();
    }

    /** Known with the microdescriptor alone, and only where the authorities agree on it. */
    public Optional<Ed25519Identity> ed25519Identity() {
        return has(RelayFlag.NO_ED_CONSENSUS)
                ? Optional.empty()
                : microdescriptor.flatMap(Microdescriptor::ed25519Identity);
    }

    public String nickname() {
        return status.nickname();
    }

    public Inet4Address ipv4() {
        return status.ipv4();
    }

    public int orPort() {
        return status.orPort();
    }

    public Optional<InetSocketAddress> ipv6() {
        return status.ipv6();
    }

    public boolean has(RelayFlag flag) {
        return status.has(flag);
    }

    /** The weight in path selection, before the consensus's bandwidth weights: 0 to 2^32 - 1. */
    public long weight() {
        return status.bandwidth();
    }

    public ProtocolVersions protocols() {
        return status.protocols();
    }

    /** Whether circuits can be built through it. */
    public boolean hasMicrodescriptor() {
        return microdescriptor.isPresent();
    }

    /**
     * The key for circuit handshakes, 32 bytes.
     *
     * @throws IllegalStateException without a microdescriptor
     */
    public Bytes ntorOnionKey() {
        checkState(microdescriptor.isPresent(), "no microdescriptor");
        return microdescriptor.get().ntorOnionKey();
    }

    /** Where streams to IPv4 addresses may exit; nowhere without a microdescriptor. */
    public PortPolicy ipv4Policy() {
        return microdescriptor.map(Microdescriptor::ipv4Policy).orElse(PortPolicy.REJECT_ALL);
    }

    /** Where streams to IPv6 addresses may exit; nowhere without a microdescriptor. */
    public PortPolicy ipv6Policy() {
        return microdescriptor.map(Microdescriptor::ipv6Policy).orElse(PortPolicy.REJECT_ALL);
    }

    /** Names the kind alone: relays of the user's path must not get into a log or an error text by accident. */
    @Override
    public String toString() {
        return "Relay";
    }
}
