package org.onion4j.circuit.channel;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How links are padded. Spec: padding-spec, "Link-level padding"; param-spec, nf_ito_low, nf_ito_high and
 * nf_pad_before_usage.
 *
 * @param mode who pads
 * @param lowMillis shortest idle time before a padding cell, in milliseconds
 * @param highMillis longest, in milliseconds; 0 switches padding off
 * @param beforeUsage whether a link is padded as soon as a circuit of more than one hop has run over it, or only once one
 *     of these carries streams
 */
public record PaddingParameters(Mode mode, int lowMillis, int highMillis, boolean beforeUsage) {
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
    public static final PaddingParameters DEFAULT = new PaddingParameters(Mode.NORMAL, 1500, 9500, true);

    public PaddingParameters {
        checkArgument(lowMillis >= 0 && highMillis >= lowMillis, "padding from %s to %s ms", lowMillis, highMillis);
    }

    boolean sends() {
        return mode != Mode.OFF && highMillis > 0;
    }
}
