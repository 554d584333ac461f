/** A whole network in one JVM, for tests: authorities, relays, exits, and a client that is already set up for it. */
module org.onion4j.testnet {
    requires transitive org.onion4j.api;
    requires org.onion4j.directory;
    requires org.onion4j.hs; // for its tests
    requires org.bouncycastle.provider;
    requires com.google.common;
    requires static com.google.errorprone.annotations;
    requires static transitive org.junit.jupiter.api;
    requires org.slf4j;

    exports org.onion4j.testnet;
    exports org.onion4j.testnet.junit;
}
