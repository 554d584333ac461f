/**
 * What the tests of every module share: {@link org.onion4j.crypto.testing.Vectors} reads test vectors,
 * {@link org.onion4j.crypto.testing.SeededRandom} and {@link org.onion4j.crypto.testing.ScriptedRandom} stand in for
 * the platform's randomness.
 */
package org.onion4j.crypto.testing;
