/**
 * The network as a client knows it at one moment: an immutable snapshot made of a verified consensus and those
 * microdescriptors that are at hand. Guards and paths are chosen from it. Entry type: {@link
 * org.onion4j.directory.view.NetworkView}. Imports {@code directory.doc} and onion-crypto. Runs in its callers' threads
 * and may be shared by any number of them. Spec: dir-spec, "Using directory information", and path-spec.
 */
package org.onion4j.directory.view;
