package org.onion4j.circuit.padding;

/**
 * A pair of padding machines, ours and that of the second hop. As C tor has them, numbers included: the specification of
 * 2023 knows one number for both. Spec: padding-spec, "Obfuscating client-side onion service circuit setup".
 */
public enum PaddingMachine {
    /**
     * For circuits to introduction points, from INTRODUCE1 on: the second hop sends 7 to 10 DROPs, as if a page were
     * loaded, then says that it has stopped.
     */
    HIDE_INTRODUCTION(0, 0, 10),
    /** For circuits to rendezvous points, once these wait: a DROP from us, and one from the second hop. */
    HIDE_RENDEZVOUS(1, 1, 1);

    private final int number;
    private final int ownDrops;
    private final int hopDrops;

    PaddingMachine(int number, int ownDrops, int hopDrops) {
        this.number = number;
        this.ownDrops = ownDrops;
        this.hopDrops = hopDrops;
    }

    /** Its number on the wire. */
    public int number() {
        return number;
    }

    /** DROPs that we send. */
    int ownDrops() {
        return ownDrops;
    }

    /** DROPs that the hop sends at most. */
    int hopDrops() {
        return hopDrops;
    }
}
