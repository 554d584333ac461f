package org.onion4j.testnet.link;

import java.nio.charset.StandardCharsets;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.cert.RelayIdentities;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.primitive.RsaPublicKey;

/**
 * What AUTHENTICATE of method 3 signs. Layout: TYPE 8 bytes, CID 32, SID 32, CID_ED 32, SID_ED 32, SLOG 32, CLOG 32, SCERT
 * 32, TLSSECRETS 32, RAND 24; then SIG 64. Spec: tor-spec, "AUTHENTICATE cells".
 */
final class AuthenticationBody {
    /** How many bytes both sides must come to the same value of. */
    static final int FIXED_LEN = 8 + 8 * 32;
    /** How many random bytes follow. */
    static final int RANDOM_LEN = 24;
    /** How many bytes are signed. */
    static final int SIGNED_LEN = FIXED_LEN + RANDOM_LEN;

    private static final String TYPE = "AUTH0003";
    /** What the TLS exporter is asked for. */
    static final String EXPORTER_LABEL = "EXPORTER FOR TOR TLS CLIENT BINDING " + TYPE;

    private static final int EXPORTED_LEN = 32;

    private AuthenticationBody() {}

    /** One side's identity: its RSA key and its Ed25519 identity. */
    record Side(RsaPublicKey rsa, RelayIdentities identities) {
        private Bytes rsaDigest() {
            return Digests.sha256(rsa.encoded().toArray());
        }
    }

    /**
     * The part that does not depend on RAND.
     *
     * @param serverLog digest of all that the responder has sent up to AUTH_CHALLENGE
     * @param clientLog digest of all that the initiator has sent before AUTHENTICATE
     * @param tlsCertificate the responder's, DER
     */
    static Bytes fixedPart(
            Side initiator,
            Side responder,
            Bytes serverLog,
            Bytes clientLog,
            Bytes tlsCertificate,
            KeyExporter exporter) {
        return new WireWriter()
                .bytes(TYPE.getBytes(StandardCharsets.US_ASCII))
                .bytes(initiator.rsaDigest())
                .bytes(responder.rsaDigest())
                .bytes(initiator.identities().ed25519().value())
                .bytes(responder.identities().ed25519().value())
                .bytes(serverLog)
                .bytes(clientLog)
                .bytes(Digests.sha256(tlsCertificate.toArray()))
                .bytes(exporter.export(initiator.rsaDigest(), EXPORTED_LEN))
                .toBytes();
    }
}
