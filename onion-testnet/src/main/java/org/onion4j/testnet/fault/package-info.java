/**
 * What goes wrong on request with the connections of one relay: {@link org.onion4j.testnet.fault.HostNet} stands between
 * the relay and the network, {@link org.onion4j.testnet.fault.CellFaults} between it and its circuits. Imports loop, wire
 * and the scripts of relay. Everything runs on the relay's loop.
 */
package org.onion4j.testnet.fault;
