package org.onion4j.circuit.channel;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.onion4j.crypto.random.RandomSource;

/**
 * Puts TLS on a connected socket, as a client of a relay does: TLS 1.2 or 1.3, the cipher suites of C tor in its order
 * as far as the platform has them and they have ephemeral keys (no relay may choose others), a made-up server name, and
 * no judgement of the certificate, since the CERTS cell proves who the peer is. Each connection has a context of its own:
 * a session is never resumed, for that would link connections to each other. Spec: tor-spec, "TLS security
 * considerations", "Picking TLS ciphersuites" and "Connections".
 */
final class TlsClient {
    private static final ImmutableList<String> CIPHER_SUITES = ImmutableList.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA");
    private static final ImmutableList<String> PROTOCOLS = ImmutableList.of("TLSv1.3", "TLSv1.2");
    /** Stands among cipher suites, but is none. */
    private static final String NO_CIPHER_SUITE = "TLS_EMPTY_RENEGOTIATION_INFO_SCSV";

    private static final String NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final int MIN_NAME_LEN = 4;
    private static final int MAX_NAME_LEN = 25;
    /** Longer than a ticket may be good for. With it the JDK's TLS drops tickets, where it else keeps all that come. */
    private static final int SESSION_SECONDS = 8 * 24 * 3600;

    private TlsClient() {}

    /**
     * TLS on top of the socket, not yet negotiated: {@link SSLSocket#startHandshake} does that.
     *
     * @throws IOException if the platform's TLS cannot be used
     */
    static SSLSocket wrap(Socket socket, RandomSource random) throws IOException {
        String name = serverName(random);
        SSLSocket tls;
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new AcceptAll()}, null);
            context.getClientSessionContext().setSessionCacheSize(1);
            context.getClientSessionContext().setSessionTimeout(SESSION_SECONDS);
            // The name is only what the hello says; the socket is connected, so nothing looks it up.
            tls = (SSLSocket) context.getSocketFactory().createSocket(socket, name, socket.getPort(), true);
        } catch (GeneralSecurityException e) {
            throw new IOException("the platform has no usable TLS", e);
        }
        tls.setEnabledProtocols(supported(PROTOCOLS, tls.getSupportedProtocols()));
        tls.setEnabledCipherSuites(supported(CIPHER_SUITES, tls.getSupportedCipherSuites()));
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setServerNames(Collections.singletonList(new SNIHostName(name)));
        tls.setSSLParameters(parameters);
        tls.setUseClientMode(true);
        return tls;
    }

    /**
     * Lets no second handshake begin on a negotiated connection: with no cipher suite left to offer, the platform's TLS ends
     * the connection when the peer asks for one (TLS 1.2). Spec: tor-spec, "Connections".
     */
    static void refuseRenegotiation(SSLSocket tls) {
        if (tls.getSession().getProtocol().equals("TLSv1.2")) {
            try {
                tls.setEnabledCipherSuites(new String[] {NO_CIPHER_SUITE});
            } catch (IllegalArgumentException e) {
                // a platform that knows no such suite: the end of a second handshake closes the channel
            }
        }
    }

    private static String serverName(RandomSource random) {
        int length = MIN_NAME_LEN + random.nextInt(MAX_NAME_LEN - MIN_NAME_LEN + 1);
        StringBuilder name = new StringBuilder("www.");
        for (int i = 0; i < length; i++) {
            name.append(NAME_CHARACTERS.charAt(random.nextInt(NAME_CHARACTERS.length())));
        }
        return name.append(".com").toString();
    }

    private static String[] supported(List<String> wanted, String[] supported) throws IOException {
        ImmutableSet<String> has = ImmutableSet.copyOf(supported);
        List<String> both = new ArrayList<>();
        for (String one : wanted) {
            if (has.contains(one)) {
                both.add(one);
            }
        }
        if (both.isEmpty()) {
            throw new IOException("the platform's TLS has none of the protocols or cipher suites needed");
        }
        return both.toArray(new String[0]);
    }

    /** Takes any certificate: what it is worth is found out from the CERTS cell. */
    private static final class AcceptAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
