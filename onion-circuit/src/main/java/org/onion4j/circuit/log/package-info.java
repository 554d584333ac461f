/**
 * What may be told to people: {@link org.onion4j.circuit.log.CauseOutline} keeps what a failure was and where it came
 * from, without the texts that may name a relay, an address or a destination; {@link
 * org.onion4j.circuit.log.SparingLog} bounds what is logged of faults that repeat. Imports SLF4J. Any thread.
 */
package org.onion4j.circuit.log;
