/**
 * The few relays that a client lets be the first hops of its circuits, so that not every relay gets to see it sooner or
 * later. Entry type: {@link org.onion4j.directory.guard.GuardManager}, which gives a {@link
 * org.onion4j.directory.guard.GuardUse} for each circuit and is told through it what became of the circuit. Imports
 * {@code directory.path}, {@code directory.view} and {@code directory.state}. Runs in its callers' threads, under one
 * lock of its own. Spec: guard-spec.
 */
package org.onion4j.directory.guard;
