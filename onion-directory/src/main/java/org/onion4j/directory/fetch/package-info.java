/**
 * Gets directory documents and keeps them: what to ask for next, of whom and when, what an answer is worth, and what
 * stays on disk. Entry type: {@link org.onion4j.directory.fetch.DirectoryManager}, which publishes a {@link
 * org.onion4j.directory.view.NetworkView} after each change. Streams come from a {@link
 * org.onion4j.directory.fetch.DirectoryConnector} that its owner passes in. Imports {@code directory.doc}, {@code
 * .view}, {@code .network}, {@code .path}, {@code .state}, onion-circuit's runtime and onion-crypto. Blocks in the
 * executor that it is given; timed work runs in the scheduler that it is given; it has no thread of its own. Spec:
 * dir-spec, "Client operation" and "Standards compliance".
 */
package org.onion4j.directory.fetch;
