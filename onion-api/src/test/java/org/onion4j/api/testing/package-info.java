/** A client without a network: an engine and streams that do what a test tells them, on virtual time. */
package org.onion4j.api.testing;
