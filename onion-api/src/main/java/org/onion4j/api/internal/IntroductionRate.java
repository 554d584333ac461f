package org.onion4j.api.internal;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * What introduction points are asked to pass on at most. Spec: proposal 305, "The DoS parameters of an introduction point".
 *
 * @param perSecond requests a second
 * @param burst requests at once
 */
public record IntroductionRate(int perSecond, int burst) {
    public IntroductionRate {
        checkArgument(perSecond >= 1, "%s introductions a second", perSecond);
        checkArgument(burst >= perSecond, "a burst of %s is below the rate", burst);
    }
}
