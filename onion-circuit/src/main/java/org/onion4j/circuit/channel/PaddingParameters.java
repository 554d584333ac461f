package org.onion4j.circuit.channel;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How links are padded. Spec: padding-spec, "Link-level padding"; param-spec, nf_ito_low and nf_ito_high.
 *
 * @param mode who pads
 * @param lowMillis shortest idle time before a padding cell, in milliseconds
 * @param highMillis longest, in milliseconds; 0 switches padding off
 */
public record PaddingParameters(Mode mode, int lowMillis, int highMillis) {
    /** Who pads a link. */
    public enum Mode {
        /** Both sides. */
        NORMAL,
        /** Our side alone: the relay is told to stop. */
        REDUCED,
        /** Nobody: the relay is told to stop. */
        OFF
    }

    /** What holds where the consensus says nothing. */
    public static final PaddingParameters DEFAULT = new PaddingParameters(Mode.NORMAL, 1500, 9500);

    public PaddingParameters {
        checkArgument(lowMillis >= 0 && highMillis >= lowMillis, "padding from %s to %s ms", lowMillis, highMillis);
    }

    boolean sends() {
        return mode != Mode.OFF && highMillis > 0;
    }
}
