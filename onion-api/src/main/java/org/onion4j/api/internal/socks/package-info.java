/**
 * The SOCKS proxy: {@link org.onion4j.api.internal.socks.SocksProxies} starts
 * {@link org.onion4j.api.internal.socks.SocksServer}s, which turn what other programs ask for into requests to the client.
 * Follows RFC 1928, RFC 1929, the SOCKS4a note and Tor's socks-extensions. Imports {@code api} and {@code api.internal}.
 *
 * <p>Threads: one for each server that accepts; one for each connection until its stream is open and for what the program
 * sends then; a second one for what the far end sends. Connections are bounded in number, and so are the threads.
 */
package org.onion4j.api.internal.socks;
