/** Onion4J: directory. */
package org.onion4j.directory;
