/**
 * The client's side of onion services: finds descriptors, is introduced, meets the service, opens streams. Entry type:
 * {@link org.onion4j.hs.client.OnionServiceClient}. Imports descriptors, the ring, circuits and their supply. Steps run on
 * whichever thread completes the one before, computation and directory requests on the executor; nothing waits. Spec:
 * rend-spec-v3.
 */
package org.onion4j.hs.client;
