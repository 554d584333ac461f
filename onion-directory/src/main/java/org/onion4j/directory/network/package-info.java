/**
 * Which network to join: its directory authorities and the caches to begin with, read from the lines that C tor's
 * configuration uses, so that one file serves both. Entry type: {@link org.onion4j.directory.network.NetworkDescription}.
 * Follows C tor's manual page ("DirAuthority", "FallbackDir", "TestingTorNetwork", "EnforceDistinctSubnets") and its
 * doc/torrc_format.txt. Imports {@code crypto.bytes} alone. No threads: everything is immutable.
 */
package org.onion4j.directory.network;
