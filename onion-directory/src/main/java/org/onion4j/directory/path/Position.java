package org.onion4j.directory.path;

/** A place in a path, as the consensus weighs relays for it. Spec: path-spec, "Path selection and constraints". */
public enum Position {
    /** The first hop of a circuit for traffic. */
    GUARD("Wgg", "Wgm", null, "Wgd"),
    /** Any hop between, and the last one of a circuit that leaves nowhere. */
    MIDDLE("Wmg", "Wmm", "Wme", "Wmd"),
    /** The last hop, from which streams leave. */
    EXIT("Weg", "Wem", "Wee", "Wed"),
    /** The one hop of a circuit for a directory request. */
    DIRECTORY("Wbg", "Wbm", "Wbe", "Wbd");

    final String guardWeight;
    final String plainWeight;
    final String exitWeight; // null: never chosen here
    final String bothWeight;

    Position(String guardWeight, String plainWeight, String exitWeight, String bothWeight) {
        this.guardWeight = guardWeight;
        this.plainWeight = plainWeight;
        this.exitWeight = exitWeight;
        this.bothWeight = bothWeight;
    }
}
