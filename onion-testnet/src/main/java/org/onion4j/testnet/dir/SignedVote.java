package org.onion4j.testnet.dir;

import org.onion4j.crypto.bytes.Bytes;

/**
 * A vote with its text.
 *
 * @param digest SHA-1 of what the voter signed, 20 bytes: the name of the vote in consensuses
 * @param text the whole document
 */
record SignedVote(Vote vote, Bytes digest, Bytes text) {}
