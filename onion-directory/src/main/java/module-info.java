/** Directory documents, the view of the network, guards, path selection and the supply of circuits. */
module org.onion4j.directory {
    requires transitive org.onion4j.circuit;
    requires com.google.common;
    requires static com.google.errorprone.annotations;
    requires org.slf4j;

    exports org.onion4j.directory.doc to
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.directory.guard to
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.directory.fetch to
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.directory.path to
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.directory.view to
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.directory.network to
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.directory.state to
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.directory.supply to
            org.onion4j.hs,
            org.onion4j.api,
            org.onion4j.testnet;
}
