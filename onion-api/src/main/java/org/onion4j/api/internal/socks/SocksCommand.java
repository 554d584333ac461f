package org.onion4j.api.internal.socks;

import java.util.Optional;

/** What a program asks a proxy for. Spec: RFC 1928, "Requests"; socks-extensions, "Name lookup". */
enum SocksCommand {
    CONNECT(0x01),
    /** The addresses of a host name. */
    RESOLVE(0xf0),
    /** The host name of an address; SOCKS5 alone. */
    RESOLVE_PTR(0xf1);

    private final int wire;

    SocksCommand(int wire) {
        this.wire = wire;
    }

    /** The command of a number from 0 to 255; none for BIND, UDP ASSOCIATE and what nobody knows. */
    static Optional<SocksCommand> ofWire(int wire) {
        for (SocksCommand command : values()) {
            if (command.wire == wire) {
                return Optional.of(command);
            }
        }
        return Optional.empty();
    }
}
