/** Both sides of onion services of version 3. */
module org.onion4j.hs {
    requires transitive org.onion4j.directory;
    requires com.google.common;
    requires static com.google.errorprone.annotations;
    requires org.slf4j;

    exports org.onion4j.hs.client to
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.hs.descriptor to
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.hs.introduction to
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.hs.publish to
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.hs.pow to
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.hs.ring to
            org.onion4j.api,
            org.onion4j.testnet;
    exports org.onion4j.hs.service to
            org.onion4j.api,
            org.onion4j.testnet;
}
