package org.onion4j.api;

/** How far a client has come on its way into the network, in the order of the constants. */
public enum BootstrapPhase {
    IDLE("Not started"),
    CONNECTING("Connecting to the network"),
    LOADING_AUTHORITY_KEYS("Loading the authorities' keys"),
    LOADING_CONSENSUS("Loading the list of relays"),
    LOADING_RELAYS("Loading the relays' keys"),
    BUILDING_CIRCUIT("Building a circuit"),
    READY("Connected");

    private final String description;

    BootstrapPhase(String description) {
        this.description = description;
    }

    /** What to tell a person, in English. */
    public String description() {
        return description;
    }
}
