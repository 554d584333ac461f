package org.onion4j.testnet.relay;

import java.net.InetAddress;

/** What an exit connects to. */
@FunctionalInterface
public interface ExitPolicy {
    /** Lets nothing pass: the relay is no exit. */
    ExitPolicy REJECT_ALL = new ExitPolicy() {
        @Override
        public boolean accepts(InetAddress address, int port) {
            return false;
        }

        @Override
        public boolean isRejectAll() {
            return true;
        }
    };

    /** Lets everything pass. */
    ExitPolicy ACCEPT_ALL = (address, port) -> true;

    /** Whether a connection to this address and port may be made. */
    boolean accepts(InetAddress address, int port);

    /** Whether it lets nothing pass; such a relay doesn't look up names either. */
    default boolean isRejectAll() {
        return false;
    }
}
