/**
 * Threads and time of a network: {@link org.onion4j.testnet.loop.Loop} runs all that its relays do, one task after the
 * other; {@link org.onion4j.testnet.loop.NetworkTime} is the time by which everything is scheduled, and can be moved.
 * Imports the scheduler interface of onion-circuit alone.
 */
package org.onion4j.testnet.loop;
