/**
 * Where the descriptors of an onion service are kept: time periods, shared random values, and the ring of directories.
 * Entry type: {@link org.onion4j.hs.ring.DirectoryRing}. Imports the view of the network. All is immutable, for any
 * thread. Spec: rend-spec-v3, "Dividing time into periods", "Where to publish a hidden service descriptor", "Using time
 * periods and SRVs to fetch/upload HS descriptors".
 */
package org.onion4j.hs.ring;
