package org.onion4j.circuit.channel;

import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.io.OutputStream;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import org.onion4j.circuit.cell.AuthChallenge;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.Certs;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Netinfo;
import org.onion4j.circuit.cell.Versions;
import org.onion4j.circuit.cell.Vpadding;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.cert.RelayIdentities;

/**
 * The link handshake of a client that doesn't authenticate: VERSIONS both ways, then CERTS, AUTH_CHALLENGE and NETINFO
 * of the relay; our NETINFO goes out once CERTS has proven who the relay is, and nothing but VERSIONS before that. Spec:
 * tor-spec, "Negotiating and initializing connections".
 *
 * <p>Threading: confined to the channel's reader thread, which it blocks; the channel's deadline closes the socket.
 */
final class LinkHandshake {
    /** What C tor offers. */
    private static final Versions OFFERED = Versions.of(3, 4, 5);
    /** Of those, what we go on with: 3 has short circuit IDs. */
    private static final ImmutableSet<Integer> ACCEPTED = LinkProperties.PROTOCOLS;

    private final CellInput input;
    private final SSLSocket tls;
    private final ChannelTarget target;
    private final Clock clock;

    private int version;
    private RelayIdentities identities; // null until CERTS has been checked
    private boolean challenged;

    private LinkHandshake(CellInput input, SSLSocket tls, ChannelTarget target, Clock clock) {
        this.input = input;
        this.tls = tls;
        this.target = target;
        this.clock = clock;
    }

    /**
     * Does the handshake on a TLS connection that has been made.
     *
     * @throws ChannelException if the relay breaks its rules, has no link protocol in common with us, or isn't the one
     *     that was expected
     */
    static LinkProperties run(CellInput input, SSLSocket tls, ChannelTarget target, Clock clock)
            throws ChannelException {
        try {
            return new LinkHandshake(input, tls, target, clock).run();
        } catch (ChannelException e) {
            throw e;
        } catch (WireFormatException e) {
            throw new ChannelException(ChannelException.Kind.HANDSHAKE, "a malformed handshake cell", e);
        } catch (IOException e) {
            throw new ChannelException(
                    ChannelException.Kind.HANDSHAKE, "the link was lost during the link handshake", e);
        }
    }

    private LinkProperties run() throws IOException, WireFormatException {
        OutputStream out = tls.getOutputStream();
        out.write(CellFrame.encodeInitial(OFFERED));
        out.flush();
        negotiateVersion();
        Netinfo netinfo = awaitNetinfo(out);
        Instant received = clock.instant();
        Optional<Duration> skew = netinfo.timestamp() == 0
                ? Optional.empty()
                : Optional.of(Duration.between(received, Instant.ofEpochSecond(netinfo.timestamp())));
        return new LinkProperties(version, identities.rsa(), identities.ed25519(), skew);
    }

    private void negotiateVersion() throws IOException, WireFormatException {
        while (true) {
            ChannelMessage message = nextMessage();
            if (message instanceof Versions versions) {
                OptionalInt best = versions.highestCommon(ACCEPTED);
                if (!best.isPresent()) {
                    throw refused("no link protocol in common");
                }
                version = best.getAsInt();
                input.useWideCircuitIds();
                return;
            }
            if (!isPadding(message.command())) {
                throw refused(message.command() + " before VERSIONS");
            }
        }
    }

    private Netinfo awaitNetinfo(OutputStream out) throws IOException, WireFormatException {
        while (true) {
            ChannelMessage message = nextMessage();
            if (message instanceof Netinfo netinfo) {
                if (identities == null) {
                    throw refused("NETINFO before CERTS");
                }
                return netinfo;
            } else if (message instanceof Certs certs) {
                if (identities != null) {
                    throw refused("CERTS twice");
                }
                identities = PeerCertificates.check(certs, tlsCertificate(), target, clock.instant());
                out.write(CellFrame.encode(0, Netinfo.ofClient(target.address().getAddress())));
                out.flush();
            } else if (message instanceof AuthChallenge) {
                if (challenged || identities == null) {
                    throw refused("AUTH_CHALLENGE out of place");
                }
                challenged = true;
            } else if (!isPassedOver(message.command())) {
                throw refused(message.command() + " during the link handshake");
            }
        }
    }

    /** What may come at any time, and means nothing; AUTHORIZE has no meaning yet. */
    private static boolean isPadding(CellCommand command) {
        return command.equals(CellCommand.VPADDING) || command.equals(CellCommand.AUTHORIZE);
    }

    /** Padding, VERSIONS once they are settled, and variable-length cells of protocols to come. */
    private static boolean isPassedOver(CellCommand command) {
        return isPadding(command)
                || command.equals(CellCommand.VERSIONS)
                || (command.isVariableLength() && !command.isKnown());
    }

    private ChannelMessage nextMessage() throws IOException, WireFormatException {
        if (!input.next()) {
            throw refused("the relay closed the link during the link handshake");
        }
        CellCommand command = CellCommand.ofWire(input.command());
        if (isPassedOver(command) && version != 0) {
            return new Vpadding(0); // whatever is in it
        }
        if (input.circuitId() != 0) {
            throw refused(command + " on a circuit during the link handshake");
        }
        return ChannelMessage.decode(command, new WireReader(input.buffer(), input.bodyOffset(), input.bodyLength()));
    }

    private Bytes tlsCertificate() throws ChannelException {
        try {
            Certificate[] chain = tls.getSession().getPeerCertificates();
            return Bytes.copyOf(chain[0].getEncoded());
        } catch (SSLPeerUnverifiedException | CertificateEncodingException e) {
            throw new ChannelException(ChannelException.Kind.TLS, "the relay has no TLS certificate", e);
        }
    }

    private static ChannelException refused(String why) {
        return new ChannelException(ChannelException.Kind.HANDSHAKE, why);
    }
}
