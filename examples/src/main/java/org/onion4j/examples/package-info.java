/**
 * The command line of the examples: {@link org.onion4j.examples.Main} reads the arguments, a class per command does the work. What
 * the commands need of HTTP is here too ({@link org.onion4j.examples.HttpResponse}), since the JDK's own clients open sockets of their own.
 * It uses onion-api as any application would; {@code consensus} alone looks into onion-directory.
 */
package org.onion4j.examples;
