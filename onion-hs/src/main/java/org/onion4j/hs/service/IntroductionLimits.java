package org.onion4j.hs.service;

import org.onion4j.circuit.message.MessageExtension;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.directory.doc.Subprotocol;
import org.onion4j.directory.view.Relay;
import org.onion4j.hs.service.ServiceOptions.IntroductionLimit;

/**
 * The extension of ESTABLISH_INTRO by which a service says how many introductions it wants to get: N_PARAMS 1 byte, then
 * PARAM_TYPE 1, PARAM_VALUE 8 of each. Static methods: any thread. Spec: rend-spec-v3, "Denial-of-Service Defense
 * Extension".
 */
final class IntroductionLimits {
    private static final int HS_INTRO_LIMITS = 5;
    private static final int RATE_PER_SECOND = 1;
    private static final int BURST = 2;

    private IntroductionLimits() {}

    static boolean understands(Relay relay) {
        return relay.protocols().supports(Subprotocol.HS_INTRO, HS_INTRO_LIMITS);
    }

    static MessageExtension extension(IntroductionLimit limit) {
        WireWriter field = new WireWriter()
                .u8(2)
                .u8(RATE_PER_SECOND)
                .u64(limit.perSecond())
                .u8(BURST)
                .u64(limit.burst());
        return new MessageExtension(MessageExtension.DOS_PARAMETERS, field.toBytes());
    }
}
