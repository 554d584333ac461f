/**
 * Which relays a circuit goes through. Entry type: {@link org.onion4j.directory.path.PathSelector}, which holds one
 * network view's relays with their weights by position and draws paths from them; {@link
 * org.onion4j.directory.path.PathCoverage} says whether enough of the network is known to draw from. Which guard comes
 * first is decided by whoever gives a {@link org.onion4j.directory.path.FirstHop}. Imports {@code directory.view} and
 * {@code directory.doc}. Everything here is immutable and runs in its callers' threads. Spec: path-spec, "Path selection
 * and constraints"; dir-spec, "bandwidth-weights".
 */
package org.onion4j.directory.path;
