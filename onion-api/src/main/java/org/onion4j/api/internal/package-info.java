/**
 * What stands behind {@code org.onion4j.api}: {@link org.onion4j.api.internal.Engine} joins the network and opens
 * streams; {@link org.onion4j.api.internal.ClientRequests} checks what is asked of it and puts a time limit on it; the
 * rules for destinations, the translation of errors, and the SOCKS proxy. Not exported. Imports the public types of
 * {@code org.onion4j.api} and all modules below.
 */
package org.onion4j.api.internal;
