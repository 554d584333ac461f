/**
 * The proof of work of onion services: HashX, Equi-X, and the puzzle made from them. Entry type: {@link
 * org.onion4j.crypto.pow.ProofOfWork}. Imports {@code bytes} and {@code primitive}. Spec: proposal 327 ("A First Take at
 * PoW Over Introduction Circuits"), "Proof-of-work algorithm v1".
 */
package org.onion4j.crypto.pow;
