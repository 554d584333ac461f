/**
 * What a client runs on, passed in so that tests can replace it: {@link org.onion4j.circuit.runtime.Scheduler} for
 * delayed work, {@link org.onion4j.circuit.runtime.SocketConnector} for outgoing connections. Imports nothing of ours.
 */
package org.onion4j.circuit.runtime;
