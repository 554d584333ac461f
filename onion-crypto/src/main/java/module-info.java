/** Cryptography of the onion-routing protocol: handshakes, relay-cell encryption, keys and certificates. */
module org.onion4j.crypto {
    requires com.google.common;
    requires static com.google.errorprone.annotations;
    requires org.bouncycastle.provider;

    exports org.onion4j.crypto.bytes to
            org.onion4j.circuit,
            org.onion4j.directory,
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.crypto.cert to
            org.onion4j.circuit,
            org.onion4j.directory,
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.crypto.handshake to
            org.onion4j.circuit,
            org.onion4j.directory,
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.crypto.pow to
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.crypto.primitive to
            org.onion4j.circuit,
            org.onion4j.directory,
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.crypto.random to
            org.onion4j.circuit,
            org.onion4j.directory,
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.crypto.relay to
            org.onion4j.circuit,
            org.onion4j.directory,
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.crypto.onion to
            org.onion4j.circuit,
            org.onion4j.directory,
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
}
