package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.onion4j.circuit.cell.HandshakeType;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * EXTEND2: asks the last hop to extend the circuit to another relay. Spec: tor-spec, "EXTEND and EXTENDED cells". Data:
 * NSPEC 1 byte, the link specifiers, HTYPE 2 bytes, HLEN 2 bytes, HDATA HLEN bytes; what follows is passed over.
 *
 * @param specifiers the relay: exactly one RSA identity, at most one Ed25519 identity, at least one address, at most 255
 *     in all; in the order IPv4, RSA, Ed25519, IPv6
 * @param type the handshake; neither TAP nor the number reserved beside it, which are gone
 * @param data the client's part of the handshake; of ntor exactly 84 bytes
 */
public record Extend2(ImmutableList<LinkSpecifier> specifiers, HandshakeType type, Bytes data) implements RelayMessage {
    public Extend2 {
        checkArgument(specifiers.size() <= LinkSpecifier.MAX_COUNT, "%s link specifiers", specifiers.size());
        checkArgument(nameOneRelay(specifiers), "link specifiers don't name one relay");
        checkArgument(data.size() <= 0xffff, "HDATA has %s bytes", data.size());
        checkArgument(type.allowsClientData(data.size()), "%s with %s bytes", type, data.size());
    }

    static Extend2 decode(WireReader in) throws WireFormatException {
        ImmutableList<LinkSpecifier> specifiers = LinkSpecifier.decodeList(in);
        HandshakeType type = HandshakeType.ofWire(in.u16("HTYPE"));
        Bytes data = in.bytes(in.u16("HLEN"), "HDATA");
        if (!nameOneRelay(specifiers)) {
            throw new WireFormatException("EXTEND2 doesn't name one relay");
        }
        if (!type.allowsClientData(data.size())) {
            throw new WireFormatException("EXTEND2 for " + type + " with " + data.size() + " bytes");
        }
        return new Extend2(specifiers, type, data);
    }

    private static boolean nameOneRelay(List<LinkSpecifier> specifiers) {
        int rsa = 0;
        int ed25519 = 0;
        int addresses = 0;
        for (LinkSpecifier specifier : specifiers) {
            if (specifier instanceof LinkSpecifier.RsaId) {
                rsa++;
            } else if (specifier instanceof LinkSpecifier.Ed25519Id) {
                ed25519++;
            } else if (specifier instanceof LinkSpecifier.Ipv4 || specifier instanceof LinkSpecifier.Ipv6) {
                addresses++;
            }
        }
        return rsa == 1 && ed25519 <= 1 && addresses >= 1;
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.EXTEND2;
    }

    @Override
    public void encode(WireWriter out) {
        LinkSpecifier.encodeList(specifiers, out);
        out.u16(type.wire()).u16(data.size()).bytes(data);
    }

    /** Without the relay, which is on the user's path and must not get into a log by accident. */
    @Override
    public String toString() {
        return "Extend2[" + type + "]";
    }
}
