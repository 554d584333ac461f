/**
 * The service's side of onion services: introduction points, introductions, rendezvous, and the service as a whole. Entry
 * type: {@link org.onion4j.hs.service.OnionServiceHost}. Imports publishing, descriptors, the ring, circuits and their
 * supply. What belongs to a service happens in one sequence of tasks on the executor, what introductions say is worked
 * out in another; nothing waits. Spec: rend-spec-v3.
 */
package org.onion4j.hs.service;
