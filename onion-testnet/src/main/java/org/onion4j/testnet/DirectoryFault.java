package org.onion4j.testnet;

/** How a relay deceives those who fetch directory documents from it. */
public enum DirectoryFault {
    /** It doesn't. */
    NONE,
    /** It gives the oldest consensus that it has, up to twelve turns old; the current one if there is no other. */
    OLD_CONSENSUS,
    /** Each document ends in the middle. */
    TRUNCATED,
    /** One byte of each document is another one. */
    FORGED,
    /** The signatures of the consensus are missing but for one. */
    UNSIGNED,
    /** It takes requests and never answers. */
    SILENT,
    /** It has no document: 404. */
    EMPTY
}
