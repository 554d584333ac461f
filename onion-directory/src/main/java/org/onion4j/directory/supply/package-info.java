/**
 * Circuits ready when a stream needs one: built ahead for the ports lately used, reused, kept apart by isolation,
 * retired, timed out. How long building may take is learned by {@link org.onion4j.directory.supply.BuildTimeouts}; which
 * ports are worth a circuit is remembered by {@link org.onion4j.directory.supply.PredictedPorts}. Imports {@code
 * directory.guard}, {@code directory.path}, {@code directory.view}, {@code directory.state} and {@code onion-circuit}.
 * Spec: path-spec, "Building circuits", "Learning when to give up ("timeout") on circuit construction".
 */
package org.onion4j.directory.supply;
