/** Cells, channels, circuits and streams: the wire side of the onion-routing protocol. */
module org.onion4j.circuit {
    requires transitive org.onion4j.crypto;
    requires com.google.common;
    requires static com.google.errorprone.annotations;
    requires org.slf4j;

    exports org.onion4j.circuit to
            org.onion4j.directory,
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.circuit.channel to
            org.onion4j.directory,
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.circuit.stream to
            org.onion4j.directory,
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.circuit.flow to
            org.onion4j.directory,
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.circuit.runtime to
            org.onion4j.directory,
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.circuit.log to
            org.onion4j.directory,
            org.onion4j.hs,
            org.onion4j.api;
    exports org.onion4j.circuit.cell to
            org.onion4j.directory,
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.circuit.linkspec to
            org.onion4j.directory,
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.circuit.padding to
            org.onion4j.directory,
            org.onion4j.hs;
    exports org.onion4j.circuit.message to
            org.onion4j.directory,
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
}
