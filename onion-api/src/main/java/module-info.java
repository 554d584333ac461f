/** The client that applications use. */
module org.onion4j.api {
    requires org.onion4j.directory;
    requires org.onion4j.hs;
    requires com.google.common;
    requires static com.google.errorprone.annotations;
    requires org.slf4j;

    exports org.onion4j.api;
    exports org.onion4j.api.internal to
            org.onion4j.testnet;
    exports org.onion4j.api.internal.engine to
            org.onion4j.testnet;
}
