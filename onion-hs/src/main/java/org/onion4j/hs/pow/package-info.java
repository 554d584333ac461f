/**
 * Proof of work in introductions, on both sides: what a client sends and how much work it does, what a service asks for,
 * and the queue in which it deals with who worked most first. Entry types: {@link org.onion4j.hs.pow.ClientWork}, {@link
 * org.onion4j.hs.pow.ServicePuzzles}, {@link org.onion4j.hs.pow.RequestQueue}. Imports the puzzle itself from {@code
 * crypto.pow}. Threads: said with each.
 * Spec: proposal 327 ("A First Take at PoW Over Introduction Circuits").
 */
package org.onion4j.hs.pow;
