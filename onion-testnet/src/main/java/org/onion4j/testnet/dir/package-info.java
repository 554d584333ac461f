/**
 * The directory of a network: keys and documents of authorities and relays, as their makers write them (what clients
 * read stands in onion-directory), and the server that hands them out. {@link org.onion4j.testnet.dir.Authorities} votes
 * and signs consensuses by the schedule, {@link org.onion4j.testnet.dir.DirServer} answers HTTP requests of directory
 * connections out of a {@link org.onion4j.testnet.dir.DirectoryStore}. Imports the keys of relays, onion-directory and
 * onion-crypto. Has no threads, sockets or timers of its own; classes say whose threads may call. Spec: dir-spec,
 * srv-spec, and rend-spec-v3 for the directories of onion services.
 */
package org.onion4j.testnet.dir;
