package org.onion4j.testnet.dir;

import java.util.Collection;

/** Describes a network to clients, in the lines of C tor's configuration. Static methods: any thread. */
public final class NetworkText {
    /** The discard port: stands for the plain directory port that an authority hasn't, since the line must have one. */
    private static final int NO_PORT = 9;

    private NetworkText() {}

    /** What C tor and our own client need to join: {@code TestingTorNetwork} and a line for each authority. */
    public static String torrc(Collection<Authority> authorities) {
        return "TestingTorNetwork 1\n" + authorities(authorities);
    }

    /** The lines of the authorities alone: clients keep to what they do in the public network. */
    public static String authorities(Collection<Authority> authorities) {
        StringBuilder text = new StringBuilder();
        for (Authority authority : authorities) {
            text.append("DirAuthority ")
                    .append(authority.nickname())
                    .append(" orport=")
                    .append(authority.orPort())
                    .append(" no-v2 v3ident=")
                    .append(DocumentText.upperHex(authority.keys().identity().value()))
                    .append(' ')
                    .append(authority.address().getHostAddress())
                    .append(':')
                    .append(authority.dirPort() == 0 ? NO_PORT : authority.dirPort())
                    .append(' ')
                    .append(DocumentText.upperHex(authority.relayIdentity().value()))
                    .append('\n');
        }
        return text.toString();
    }
}
