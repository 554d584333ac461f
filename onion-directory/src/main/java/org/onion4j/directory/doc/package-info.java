/**
 * Directory documents as immutable values and the parsers that make them from bytes: consensuses of the microdescriptor
 * flavour, authority certificates, microdescriptors, consensus diffs, and the small languages inside them (protocol
 * lists, port policies, families). Pure: no I/O, no clock, no thread of its own; everything here may be called from any
 * thread. Every parser makes one pass over an array of bytes, and gives a whole document or a {@link
 * org.onion4j.directory.doc.DocumentException}. Entry types: {@link org.onion4j.directory.doc.Consensus} and {@link
 * org.onion4j.directory.doc.Microdescriptor}. Imports onion-crypto and Guava only. Spec: dir-spec.
 */
package org.onion4j.directory.doc;
