/** Cells, channels, circuits and streams: the wire side of the onion-routing protocol. */
module org.onion4j.circuit {
    requires transitive org.onion4j.crypto;
    requires com.google.common;
    requires static com.google.errorprone.annotations;
    requires org.slf4j;
}
