/** Onion4J: api. */
package org.onion4j.api;
