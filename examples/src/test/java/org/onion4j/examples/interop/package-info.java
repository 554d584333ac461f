/**
 * Onion4J and C tor 0.4.9 together: the command line and the client against a private network of C tor, judged by curl, tor-resolve
 * and the operating system. These tests have the tag {@code ctor}.
 */
package org.onion4j.examples.interop;
