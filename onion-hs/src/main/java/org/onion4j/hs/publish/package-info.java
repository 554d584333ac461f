/**
 * What lets clients find a service: its identity key, what it remembers between runs, and the publishing of its
 * descriptors. Entry types: {@link org.onion4j.hs.publish.Publisher}, {@link org.onion4j.hs.publish.ServiceIdentity},
 * {@link org.onion4j.hs.publish.ServiceState}. Imports descriptors, the ring, circuits and the state store; knows nothing
 * of introductions. Threads: whoever calls, the scheduler for delays, and the executor for what computes or blocks. Spec:
 * rend-spec-v3, "Generating and publishing hidden service descriptors".
 */
package org.onion4j.hs.publish;
