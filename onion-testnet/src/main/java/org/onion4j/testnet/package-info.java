/**
 * A whole onion network in one process, for applications' own tests. The parts below are internal:
 * {@code loop} (threads and time), {@code wire} (byte streams), {@code link} (TLS and cells), {@code keys}.
 */
package org.onion4j.testnet;
