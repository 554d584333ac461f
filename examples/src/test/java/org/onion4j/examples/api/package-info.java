/** The public API as its users meet it: what is in it, and that it works as a Java module. */
package org.onion4j.examples.api;
