/**
 * What the tests of this module stand on: a private network of C tor processes ({@link org.onion4j.examples.testing.CTorNetwork}),
 * a web server with content of known digest ({@link org.onion4j.examples.testing.WebServer}), and views of what the operating
 * system knows about a process ({@link org.onion4j.examples.testing.ProcNet}). Everything listens on loopback only.
 */
package org.onion4j.examples.testing;
