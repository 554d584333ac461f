/**
 * What becomes of the streams that arrive at an onion service: {@link
 * org.onion4j.api.internal.service.ServiceStreams} lets them wait to be accepted, hands them to handlers, or passes
 * them on to a server. Imports {@code api}, {@code api.internal} and {@code api.internal.relay}.
 *
 * <p>Threads: streams arrive on the engine's threads, which nothing here holds up; each handler and each direction of a
 * stream that is passed on takes a thread of the service's, bounded in number, which end when they are idle.
 */
package org.onion4j.api.internal.service;
