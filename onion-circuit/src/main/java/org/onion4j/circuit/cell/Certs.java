package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.Immutable;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * CERTS: who the sender claims to be. Spec: tor-spec, "CERTS cells". Body: N 1 byte, then N times CertType 1 byte,
 * CLEN 2 bytes, certificate CLEN bytes; what follows is passed over. The certificates are not looked into here.
 *
 * @param certs at most 255, no two of one type
 */
public record Certs(ImmutableList<Cert> certs) implements ChannelMessage {
    /**
     * One certificate.
     *
     * @param type what it certifies, and its format
     * @param body DER or the format of cert-spec, at most 65535 bytes
     */
    @Immutable
    public record Cert(CertType type, Bytes body) {
        public Cert {
            checkArgument(body.size() <= 0xffff, "certificate of %s bytes", body.size());
        }
    }

    public Certs {
        checkArgument(certs.size() <= 0xff, "%s certificates", certs.size());
        checkArgument(!hasRepeatedType(certs), "two certificates of one type");
    }

    static Certs decode(WireReader in) throws WireFormatException {
        int count = in.u8("N");
        ImmutableList.Builder<Cert> list = ImmutableList.builder();
        for (int i = 0; i < count; i++) {
            CertType type = CertType.ofWire(in.u8("CertType"));
            list.add(new Cert(type, in.bytes(in.u16("CLEN"), "certificate")));
        }
        ImmutableList<Cert> certs = list.build();
        if (hasRepeatedType(certs)) {
            throw new WireFormatException("CERTS has two certificates of one type");
        }
        return new Certs(certs);
    }

    private static boolean hasRepeatedType(List<Cert> certs) {
        BitSet seen = new BitSet(256);
        for (Cert cert : certs) {
            if (seen.get(cert.type().wire())) {
                return true;
            }
            seen.set(cert.type().wire());
        }
        return false;
    }

    /** The certificate of a type, if it is among them. */
    public Optional<Bytes> body(CertType type) {
        return certs.stream().filter(c -> c.type().equals(type)).map(Cert::body).findFirst();
    }

    @Override
    public CellCommand command() {
        return CellCommand.CERTS;
    }

    @Override
    public void encode(WireWriter out) {
        out.u8(certs.size());
        for (Cert cert : certs) {
            out.u8(cert.type().wire()).u16(cert.body().size()).bytes(cert.body());
        }
    }
}
