/** Onion4J: circuit. */
package org.onion4j.circuit;
