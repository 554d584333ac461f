package org.onion4j.testnet.link;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.util.List;
import java.util.Vector;
import org.bouncycastle.jcajce.util.DefaultJcaJceHelper;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateEntry;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.NameType;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.ServerName;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.TlsServerProtocol;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.crypto.Tls13Verifier;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.TlsStreamSigner;
import org.bouncycastle.tls.crypto.TlsStreamVerifier;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.testnet.keys.JcaRandom;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.wire.Wire;

/**
 * The TLS of relays on Bouncy Castle's protocol and the platform's ciphers. To be used through {@link LinkTls} alone.
 * Threading: any thread.
 */
@SuppressWarnings("JdkObsolete") // the library takes lists of this kind alone
final class TlsEngines {
    private static final int[] CIPHER_SUITES = {
        CipherSuite.TLS_AES_128_GCM_SHA256,
        CipherSuite.TLS_AES_256_GCM_SHA384,
        CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
    };
    private static final int[] GROUPS = {NamedGroup.secp256r1, NamedGroup.x25519};
    private static final String NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int MIN_NAME_LEN = 4;
    private static final int MAX_NAME_LEN = 25;

    private final RandomSource random;
    private final ProtocolVersion[] versions;
    private final JcaTlsCrypto crypto;

    /** TLS 1.2, and 1.3 if wanted. */
    TlsEngines(RandomSource random, boolean tls13) {
        this.versions = (tls13 ? ProtocolVersion.TLSv13 : ProtocolVersion.TLSv12).downTo(ProtocolVersion.TLSv12);
        this.random = random;
        SecureRandom source = new JcaRandom(random);
        this.crypto = new Crypto(source);
    }

    /** The library's own provider has another name for RSA with PSS than the platform; C tor's certificates need it. */
    private static final class Crypto extends JcaTlsCrypto {
        Crypto(SecureRandom source) {
            super(new DefaultJcaJceHelper(), source, source);
        }

        @Override
        protected Tls13Verifier createTls13Verifier(String algorithm, AlgorithmParameterSpec parameters, PublicKey key)
                throws IOException {
            return super.createTls13Verifier(platformName(algorithm), parameters, key);
        }

        @Override
        protected TlsStreamVerifier createStreamVerifier(
                String algorithm, AlgorithmParameterSpec parameters, byte[] signature, PublicKey key)
                throws IOException {
            return super.createStreamVerifier(platformName(algorithm), parameters, signature, key);
        }

        @Override
        protected TlsStreamSigner createStreamSigner(
                String algorithm, AlgorithmParameterSpec parameters, PrivateKey key, boolean needsRandom)
                throws IOException {
            return super.createStreamSigner(platformName(algorithm), parameters, key, needsRandom);
        }

        private static String platformName(String algorithm) {
            return algorithm.endsWith("WITHRSAANDMGF1") ? "RSASSA-PSS" : algorithm;
        }
    }

    /** TLS as a server that shows the relay's certificate. It begins at once. On the wire's loop. */
    TlsWire accept(Wire wire, RelayIdentity keys, TlsWire.Listener listener) {
        TlsServerProtocol protocol = new TlsServerProtocol();
        TlsWire tls = new TlsWire(wire, protocol, listener);
        tls.begin(() -> protocol.accept(new Server(keys, tls)));
        return tls;
    }

    /** TLS as a client that takes any certificate. It begins at once. On the wire's loop. */
    TlsWire connect(Wire wire, TlsWire.Listener listener) {
        TlsClientProtocol protocol = new TlsClientProtocol();
        TlsWire tls = new TlsWire(wire, protocol, listener);
        tls.begin(() -> protocol.connect(new Client(tls)));
        return tls;
    }

    /** A name as C tor makes them up. */
    private Vector<ServerName> serverNames() {
        int length = MIN_NAME_LEN + random.nextInt(MAX_NAME_LEN - MIN_NAME_LEN + 1);
        StringBuilder name = new StringBuilder("www.");
        for (int i = 0; i < length; i++) {
            name.append(NAME_CHARACTERS.charAt(random.nextInt(NAME_CHARACTERS.length())));
        }
        Vector<ServerName> names = new Vector<>();
        names.add(new ServerName(
                NameType.host_name, name.append(".com").toString().getBytes(StandardCharsets.US_ASCII)));
        return names;
    }

    private final class Server extends DefaultTlsServer {
        private final RelayIdentity keys;
        private final TlsWire tls;

        Server(RelayIdentity keys, TlsWire tls) {
            super(crypto);
            this.keys = keys;
            this.tls = tls;
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return versions.clone();
        }

        @Override
        protected int[] getSupportedCipherSuites() {
            return CIPHER_SUITES.clone();
        }

        @Override
        public int[] getSupportedGroups() {
            return GROUPS.clone();
        }

        @Override
        protected boolean preferLocalCipherSuites() {
            return true;
        }

        @Override
        public TlsCredentials getCredentials() throws IOException {
            // TLS 1.3 no longer knows of key exchanges that depend on the certificate.
            return TlsUtils.isTLSv13(context) ? getRSASignerCredentials() : super.getCredentials();
        }

        @Override
        protected TlsCredentialedSigner getRSASignerCredentials() throws IOException {
            TlsCertificate certificate =
                    crypto.createCertificate(keys.tlsCertificateDer().toArray());
            Certificate chain = TlsUtils.isTLSv13(context)
                    ? new Certificate(
                            TlsUtils.EMPTY_BYTES, new CertificateEntry[] {new CertificateEntry(certificate, null)})
                    : new Certificate(new TlsCertificate[] {certificate});
            return new JcaDefaultTlsCredentialedSigner(
                    new TlsCryptoParameters(context), crypto, keys.tlsKey(), chain, signatureAlgorithm());
        }

        /** PSS with SHA-256 where the client takes it, as all do that know TLS 1.3. */
        private SignatureAndHashAlgorithm signatureAlgorithm() {
            SignatureAndHashAlgorithm pss = SignatureAndHashAlgorithm.rsa_pss_rsae_sha256;
            List<?> offered = context.getSecurityParametersHandshake().getClientSigAlgs();
            return offered != null && offered.contains(pss)
                    ? pss
                    : SignatureAndHashAlgorithm.getInstance(HashAlgorithm.sha256, SignatureAlgorithm.rsa);
        }

        @Override
        public int getHandshakeTimeoutMillis() {
            return 0; // the link handshake has a deadline by the network's time
        }

        @Override
        public void notifyHandshakeComplete() throws IOException {
            super.notifyHandshakeComplete();
            tls.onHandshakeComplete(context);
        }
    }

    private final class Client extends DefaultTlsClient {
        private final TlsWire tls;

        Client(TlsWire tls) {
            super(crypto);
            this.tls = tls;
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return versions.clone();
        }

        @Override
        protected int[] getSupportedCipherSuites() {
            return CIPHER_SUITES.clone();
        }

        @Override
        protected Vector<Integer> getSupportedGroups(@SuppressWarnings("rawtypes") Vector roles) {
            Vector<Integer> groups = new Vector<>();
            for (int group : GROUPS) {
                groups.add(group);
            }
            return groups;
        }

        @Override
        public Vector<Integer> getEarlyKeyShareGroups() {
            Vector<Integer> groups = new Vector<>();
            groups.add(GROUPS[0]);
            return groups;
        }

        @Override
        protected Vector<ServerName> getSNIServerNames() {
            return serverNames();
        }

        @Override
        public TlsAuthentication getAuthentication() {
            return new TlsAuthentication() {
                @Override
                public void notifyServerCertificate(TlsServerCertificate certificate) throws IOException {
                    // What it is worth is found out from the CERTS cell.
                    if (certificate.getCertificate() == null
                            || certificate.getCertificate().isEmpty()) {
                        throw new IOException("a server without a certificate");
                    }
                    tls.onPeerCertificate(Bytes.copyOf(
                            certificate.getCertificate().getCertificateAt(0).getEncoded()));
                }

                @Override
                public TlsCredentials getClientCredentials(CertificateRequest request) {
                    return null;
                }
            };
        }

        @Override
        public int getHandshakeTimeoutMillis() {
            return 0;
        }

        @Override
        public void notifyHandshakeComplete() throws IOException {
            super.notifyHandshakeComplete();
            tls.onHandshakeComplete(context);
        }
    }
}
