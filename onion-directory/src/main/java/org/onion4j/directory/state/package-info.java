/**
 * What a client remembers from one run to the next, as named blobs: {@link org.onion4j.directory.state.StateStore}, in
 * memory ({@link org.onion4j.directory.state.MemoryStateStore}) or in a directory
 * ({@link org.onion4j.directory.state.DirectoryStateStore}). Knows nothing of what the blobs mean: whoever owns a name
 * checks its content again on loading, and sets it aside if it makes no sense. Imports nothing of ours. Any thread may
 * call; nothing here starts one.
 */
package org.onion4j.directory.state;
