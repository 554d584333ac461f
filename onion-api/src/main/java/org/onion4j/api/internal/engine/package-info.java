/**
 * The engine behind a client: {@link org.onion4j.api.internal.engine.ClientEngine} owns channels, directory, guards and
 * circuits of one client, attaches its streams to circuits, and translates what goes wrong below into the errors of the
 * API. Imports all modules below. Its threads are those of {@link org.onion4j.api.internal.engine.EngineThreads}.
 */
package org.onion4j.api.internal.engine;
