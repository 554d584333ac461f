package org.onion4j.directory.guard;

/** How many hops of a circuit for onion services come from small sets of relays that are kept for long. */
public enum VanguardMode {
    /** The second one. In memory alone. Spec: proposal 333 ("Vanguards lite"). */
    LITE,
    /** The second and the third one; remembered from one run to the next. Spec: proposal 292 ("Mesh-based vanguards"). */
    FULL
}
