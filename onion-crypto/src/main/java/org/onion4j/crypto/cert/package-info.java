/**
 * Certificates that bind keys to keys: {@link org.onion4j.crypto.cert.Ed25519Certificate} in this protocol's own format,
 * the RSA cross-certificate, and the X.509 certificate that carries a relay's RSA identity key.
 * {@link org.onion4j.crypto.cert.RelayChain} checks all that a relay shows at the start of a channel. Imports bytes and
 * primitive. Spec: cert-spec; tor-spec, "CERTS cells". No threads: everything is immutable.
 */
package org.onion4j.crypto.cert;
