/**
 * What goes wrong on request with single cells: {@link org.onion4j.testnet.fault.CellFaults} stands between a relay and its
 * circuits. (What goes wrong with whole hosts and their connections is in {@code wire}.) Imports the scripts of relay.
 * Everything runs on the relay's loop.
 */
package org.onion4j.testnet.fault;
