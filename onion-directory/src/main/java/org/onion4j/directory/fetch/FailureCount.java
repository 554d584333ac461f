package org.onion4j.directory.fetch;

/** Requests of one kind that failed since one succeeded. Guarded by its owner's lock. */
final class FailureCount {
    private int count;
    private boolean answered;

    void add(FetchOutcome outcome) {
        if (outcome == FetchOutcome.GOOD || outcome == FetchOutcome.CANCELLED) {
            return;
        }
        count++;
        answered |= outcome == FetchOutcome.BAD_ANSWER || outcome == FetchOutcome.NOT_FOUND;
    }

    void reset() {
        count = 0;
        answered = false;
    }

    int count() {
        return count;
    }

    /** Whether a directory could be reached at all, though its answer was of no use. */
    boolean answered() {
        return answered;
    }
}
