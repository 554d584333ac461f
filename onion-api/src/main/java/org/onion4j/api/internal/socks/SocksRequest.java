package org.onion4j.api.internal.socks;

import org.onion4j.crypto.bytes.Bytes;

/**
 * What a program asks for, as it came: nothing but its form has been checked.
 *
 * @param version which form the answer takes
 * @param command what is asked for
 * @param hostForm how the host was given
 * @param host a character for each byte of the name, or the text of the address
 * @param port 0 to 65535
 * @param user the user name, empty if there is none
 * @param password the password, empty if there is none
 */
record SocksRequest(
        Version version, SocksCommand command, HostForm hostForm, String host, int port, Bytes user, Bytes password) {
    /** The version of the protocol. */
    enum Version {
        SOCKS4,
        SOCKS5
    }

    /** How a host is given. */
    enum HostForm {
        /** As text for the far end to look up. */
        NAME,
        /** As the bytes of an address, which the program may have looked up somewhere else. */
        ADDRESS
    }

    /** Without destination and credentials, which must not get into a log by accident. */
    @Override
    public String toString() {
        return version + " " + command + " by " + hostForm;
    }
}
