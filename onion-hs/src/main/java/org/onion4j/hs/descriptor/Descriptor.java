package org.onion4j.hs.descriptor;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.UnsignedLong;
import java.time.Duration;
import java.util.Optional;

/**
 * A descriptor of an onion service, read and verified: how to be introduced to it. Immutable. Spec: rend-spec-v3,
 * "Hidden service descriptors".
 *
 * @param revision each descriptor for a blinded key has a higher one than the last
 * @param lifetime for how long directories keep it
 * @param introductionPoints those that can be used, at most {@link #MAX_INTRODUCTION_POINTS}, perhaps none
 * @param singleOnionService whether the service doesn't hide where it is
 * @param flowControl versions of FlowCtrl and increment of SENDMEs that the service offers
 * @param pow the proof of work that it would like to see
 */
public record Descriptor(
        UnsignedLong revision,
        Duration lifetime,
        ImmutableList<IntroductionPoint> introductionPoints,
        boolean singleOnionService,
        Optional<FlowControl> flowControl,
        Optional<PowParameters> pow) {
    /** Most introduction points of a service. */
    public static final int MAX_INTRODUCTION_POINTS = 20;

    /**
     * What a service offers of flow control. Spec: proposal 324, "flow-control".
     *
     * @param versions of the subprotocol FlowCtrl, as they are written: {@code 1-2}
     * @param sendmeIncrement 1 to 255
     */
    public record FlowControl(String versions, int sendmeIncrement) {}

    /** Says nothing of the service. */
    @Override
    public String toString() {
        return "Descriptor(" + introductionPoints.size() + " introduction points)";
    }
}
