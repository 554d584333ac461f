package org.onion4j.directory.guard;

/**
 * How the guards are doing, in numbers.
 *
 * @param sampled guards in the sample
 * @param filtered those of them that are listed and that we are willing to connect to
 * @param confirmed those that we have used
 * @param primary those that we use as long as they work
 * @param primaryDown those of the primary ones that don't answer
 */
public record GuardStatus(int sampled, int filtered, int confirmed, int primary, int primaryDown) {}
