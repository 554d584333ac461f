/**
 * All that an application sees. Entry type: {@link org.onion4j.api.OnionClient}, which opens
 * {@link org.onion4j.api.OnionStream}s; a {@link org.onion4j.api.NetworkConfig} says which network to join, and every
 * failure is an {@link org.onion4j.api.OnionException}. Imports {@code api.internal}, which does the work.
 *
 * <p>Threads: every type may be used from any thread unless it says otherwise. The library's own threads never run the
 * application's code, but for threads that exist for its callbacks alone.
 */
package org.onion4j.api;
