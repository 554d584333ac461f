package org.onion4j.api.internal;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * What proof of work a service asks for. Spec: proposal 327.
 *
 * @param perSecond how many clients it answers in a second
 * @param burst how many at once
 * @param effort which it suggests at first, 0 to 10,000
 */
public record WorkDemand(int perSecond, int burst, int effort) {
    private static final int MAX_EFFORT = 10_000;

    /** As C tor has it. */
    public static final WorkDemand DEFAULT = new WorkDemand(250, 2_500, 0);

    public WorkDemand {
        checkArgument(perSecond >= 1, "%s requests a second", perSecond);
        checkArgument(burst >= perSecond, "a burst of %s is below the rate", burst);
        checkArgument(effort >= 0 && effort <= MAX_EFFORT, "an effort of %s", effort);
    }
}
