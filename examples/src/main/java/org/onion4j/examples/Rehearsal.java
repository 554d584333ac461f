package org.onion4j.examples;

/** Loads what a run will need, so that {@code examples/run} can keep the classes ready for the next start. */
final class Rehearsal {
    private Rehearsal() {}

    public static void main(String[] args) {
        Main.main(new String[] {"consensus", "/nowhere", "--certs", "/nowhere"});
    }
}
