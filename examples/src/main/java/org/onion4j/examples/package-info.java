/** The command line of the examples. */
package org.onion4j.examples;
