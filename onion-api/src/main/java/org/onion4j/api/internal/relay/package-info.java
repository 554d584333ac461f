/**
 * Connections of other programs joined with streams: {@link org.onion4j.api.internal.relay.SocketRelay}, which the SOCKS
 * proxy and onion services use. Imports {@code api} and the schedulers of {@code circuit.runtime}.
 *
 * <p>Threads: two of the user's for each connection.
 */
package org.onion4j.api.internal.relay;
