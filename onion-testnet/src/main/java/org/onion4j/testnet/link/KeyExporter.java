package org.onion4j.testnet.link;

import java.io.IOException;
import org.bouncycastle.tls.SecurityParameters;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.crypto.TlsCrypto;
import org.bouncycastle.tls.crypto.TlsCryptoUtils;
import org.bouncycastle.tls.crypto.TlsHash;
import org.bouncycastle.tls.crypto.TlsSecret;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * Key material that depends on a TLS connection, under one label. The library gives it out only while it finishes its
 * handshake; a relay learns later what context it has to be for, so this one keeps what it takes. Not for more than one
 * thread. Spec: RFC 5705, "Exporter Definition"; RFC 8446, "Exporters".
 */
final class KeyExporter {
    private final TlsCrypto crypto;
    private final boolean tls13;
    private final int algorithm; // the hash in 1.3, the PRF before
    private final String label;
    private final TlsSecret secret; // of the label in 1.3, of the connection before
    private final Bytes randoms;

    /** For a connection that is finishing its handshake. */
    KeyExporter(TlsContext context, String label) throws IOException {
        SecurityParameters parameters = context.getSecurityParametersConnection();
        this.crypto = context.getCrypto();
        this.label = label;
        this.tls13 = TlsUtils.isTLSv13(parameters.getNegotiatedVersion());
        this.randoms =
                Bytes.concat(Bytes.copyOf(parameters.getClientRandom()), Bytes.copyOf(parameters.getServerRandom()));
        if (tls13) {
            this.algorithm = parameters.getPRFCryptoHashAlgorithm();
            this.secret = TlsCryptoUtils.hkdfExpandLabel(
                    parameters.getExporterMasterSecret(),
                    algorithm,
                    label,
                    hash(Bytes.EMPTY),
                    TlsCryptoUtils.getHashOutputSize(algorithm));
        } else {
            this.algorithm = parameters.getPRFAlgorithm();
            this.secret = crypto.adoptSecret(parameters.getMasterSecret());
        }
    }

    private byte[] hash(Bytes value) {
        TlsHash hash = crypto.createHash(algorithm);
        hash.update(value.toArray(), 0, value.size());
        return hash.calculateHash();
    }

    /** Bytes that both ends of the connection come to for the same context. */
    Bytes export(Bytes context, int length) {
        try {
            if (tls13) {
                return Bytes.copyOf(TlsCryptoUtils.hkdfExpandLabel(secret, algorithm, "exporter", hash(context), length)
                        .extract());
            }
        } catch (IOException e) {
            throw new IllegalStateException("the platform's HMAC failed", e);
        }
        Bytes seed = Bytes.concat(
                randoms, new WireWriter().u16(context.size()).bytes(context).toBytes());
        return Bytes.copyOf(
                secret.deriveUsingPRF(algorithm, label, seed.toArray(), length).extract());
    }
}
