/**
 * The JUnit 5 extension: {@link org.onion4j.testnet.junit.OnionNetwork} on a test class, or
 * {@link org.onion4j.testnet.junit.OnionNetworkExtension} in a field, gives its tests a
 * {@link org.onion4j.testnet.TestNetwork} and clients of it. Needs JUnit on the class path, which the module doesn't bring.
 */
package org.onion4j.testnet.junit;
