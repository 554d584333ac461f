package org.onion4j.circuit.testing;

import com.google.common.collect.ImmutableList;
import com.google.common.util.concurrent.Uninterruptibles;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateEntry;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsServerProtocol;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.bc.BcDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.onion4j.circuit.cell.AuthChallenge;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.Netinfo;
import org.onion4j.circuit.cell.Versions;
import org.onion4j.crypto.bytes.Bytes;

/**
 * A relay for one link whose TLS records a test makes one by one: Bouncy Castle's TLS, which lets records of any type,
 * size and content be sent under the keys of the connection. Once the link handshake is done it only reads.
 */
public final class RecordRelay implements AutoCloseable {
    /** Types of TLS records. */
    public static final short ALERT = 21;

    public static final short HANDSHAKE = 22;
    public static final short DATA = 23;

    private final RelayKeys keys;
    private final ProtocolVersion version;
    private final ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    private final CountDownLatch linked = new CountDownLatch(1);
    private final Thread thread;
    private volatile Socket socket;
    private volatile Records records;
    private volatile IOException failure;

    /** Serves the next client, with TLS 1.3 or 1.2. */
    public RecordRelay(RelayKeys keys, boolean tls13) throws IOException {
        this.keys = keys;
        this.version = tls13 ? ProtocolVersion.TLSv13 : ProtocolVersion.TLSv12;
        this.thread = new Thread(this::serve, "record-relay");
        thread.setDaemon(true);
        thread.start();
    }

    /** What can send any record. */
    private static final class Records extends TlsServerProtocol {
        Records(Socket socket) throws IOException {
            super(socket.getInputStream(), socket.getOutputStream());
        }

        void record(short type, byte[] content, int offset, int length) throws IOException {
            safeWriteRecord(type, content, offset, length);
        }

        void keyUpdate(boolean answerWanted) throws IOException {
            send13KeyUpdate(answerWanted);
        }
    }

    private final class Server extends DefaultTlsServer {
        private final BcTlsCrypto crypto;

        Server(BcTlsCrypto crypto) {
            super(crypto);
            this.crypto = crypto;
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return version.only();
        }

        @Override
        public TlsCredentials getCredentials() throws IOException {
            TlsCertificate certificate =
                    crypto.createCertificate(keys.tlsCertificate().toArray());
            boolean tls13 = version.equals(ProtocolVersion.TLSv13);
            Certificate chain = tls13
                    ? new Certificate(
                            TlsUtils.EMPTY_BYTES, new CertificateEntry[] {new CertificateEntry(certificate, null)})
                    : new Certificate(new TlsCertificate[] {certificate});
            SignatureAndHashAlgorithm algorithm = tls13
                    ? SignatureAndHashAlgorithm.rsa_pss_rsae_sha256
                    : SignatureAndHashAlgorithm.getInstance(HashAlgorithm.sha256, SignatureAlgorithm.rsa);
            return new BcDefaultTlsCredentialedSigner(
                    new TlsCryptoParameters(context),
                    crypto,
                    PrivateKeyFactory.createKey(keys.tlsKey().getEncoded()),
                    chain,
                    algorithm);
        }
    }

    private void serve() {
        try {
            socket = server.accept();
            socket.setTcpNoDelay(true);
            records = new Records(socket);
            records.accept(new Server(new BcTlsCrypto(new SecureRandom())));
            DataInputStream in = new DataInputStream(records.getInputStream());
            in.skipNBytes(3); // circuit ID and command of VERSIONS
            in.skipNBytes(in.readUnsignedShort());
            records.getOutputStream().write(CellFrame.encodeInitial(Versions.of(3, 4, 5)));
            send(CellFrame.encode(0, keys.certs()));
            send(CellFrame.encode(0, new AuthChallenge(Bytes.copyOf(new byte[32]), ImmutableList.of())));
            send(CellFrame.encode(
                    0,
                    new Netinfo(
                            Instant.now().getEpochSecond(),
                            Netinfo.Address.of(socket.getInetAddress()),
                            ImmutableList.of())));
            linked.countDown();
            byte[] buffer = new byte[4096];
            int count = 0;
            while (count >= 0) {
                count = in.read(buffer);
            }
        } catch (IOException e) {
            failure = e; // the client has gone, as a rule
        }
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    /** Returns once the relay has sent all of its link handshake. */
    public void awaitLink() throws InterruptedException {
        if (!linked.await(ScriptedRelay.PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("no link", failure);
        }
    }

    /** Sends bytes in records of the usual kind. */
    public void send(byte[] bytes) throws IOException {
        records.getOutputStream().write(bytes);
    }

    /** Sends one record, if the client is still there. */
    public void record(short type, byte[] content, int offset, int length) throws IOException {
        records.record(type, content, offset, length);
    }

    /** Changes the keys of TLS 1.3. */
    public void keyUpdate(boolean answerWanted) throws IOException {
        records.keyUpdate(answerWanted);
    }

    /** Says farewell in TLS, and reads on. */
    public void closeNotify() throws IOException {
        record(ALERT, new byte[] {1, 0}, 0, 2);
    }

    /** The socket below TLS. */
    public Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        server.close();
        if (socket != null) {
            socket.close();
        }
        Uninterruptibles.joinUninterruptibly(thread, Duration.ofSeconds(ScriptedRelay.PATIENCE_SECONDS));
    }
}
