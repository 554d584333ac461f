/**
 * Randomness as a value that is passed in: {@link org.onion4j.crypto.random.RandomSource}. Production code uses
 * {@link org.onion4j.crypto.random.SystemRandom}; tests pass a seeded one. Imports nothing of ours.
 */
package org.onion4j.crypto.random;
