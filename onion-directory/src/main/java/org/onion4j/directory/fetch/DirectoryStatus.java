package org.onion4j.directory.fetch;

import java.time.Duration;
import java.util.Optional;
import org.onion4j.directory.doc.ProtocolVersions;
import org.onion4j.directory.path.PathCoverage;

/**
 * How far a client has got with the documents that it needs, and what keeps it from having them. Immutable.
 *
 * @param phase what is being done
 * @param fraction how much of all of it is done, 0 to 1; doesn't fall while a phase lasts
 * @param blockage what is wrong, as far as is known, though work goes on
 */
public record DirectoryStatus(Phase phase, double fraction, Optional<Blockage> blockage) {
    /** What is being done, in the order in which it is. */
    public enum Phase {
        /** Documents of an earlier run are being read. */
        LOADING,
        /** There is no consensus that may be used: one is being fetched. */
        CONSENSUS,
        /** A consensus is there, but not all that is needed to judge its signatures. */
        CERTIFICATES,
        /** A consensus is there, but too few relays are known for a choice of paths. */
        MICRODESCRIPTORS,
        /** Circuits may be built. */
        READY
    }

    /** Something that is wrong. */
    public sealed interface Blockage {
        /** What a user may be told: no relay and no address in it. */
        String describe();
    }

    /**
     * The computer's clock is wrong, so that no consensus is of today.
     *
     * @param ahead how far it is ahead; negative if it is behind
     * @param measure what the figure is worth
     */
    public record ClockSkew(Duration ahead, Measure measure) implements Blockage {
        /** What a figure is worth. */
        public enum Measure {
            /** Directories have told the time. */
            TOLD,
            /** By certificates or a consensus that are out of their time: it is at least so much. */
            AT_LEAST
        }

        @Override
        public String describe() {
            return "the clock is " + (measure == Measure.AT_LEAST ? "at least " : "") + inWords(ahead.abs())
                    + (ahead.isNegative() ? " slow" : " fast");
        }

        /** In the two largest units of days, hours and minutes; less than a minute in seconds. */
        private static String inWords(Duration time) {
            long minutes = time.toMinutes();
            long hours = time.toHours();
            long days = time.toDays();
            if (days > 0) {
                return days + (days == 1 ? " day" : " days") + (hours % 24 == 0 ? "" : " " + hours % 24 + " h");
            } else if (hours > 0) {
                return hours + " h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + " min");
            }
            return minutes > 0 ? minutes + " min" : time.toMillis() / 1000 + " s";
        }
    }

    /**
     * The network demands what this release doesn't speak.
     *
     * @param missing the protocol versions
     */
    public record ClientTooOld(ProtocolVersions missing) implements Blockage {
        @Override
        public String describe() {
            return "this release is too old for the network: it lacks " + missing;
        }
    }

    /**
     * No directory could be reached lately.
     *
     * @param failures how many requests have failed in a row
     */
    public record Unreachable(int failures) implements Blockage {
        @Override
        public String describe() {
            return "no directory could be reached in " + failures + " tries";
        }
    }

    /**
     * Directories answer, but with nothing of use.
     *
     * @param wanted what they don't give
     * @param failures how many requests have failed in a row
     */
    public record NothingUseful(Phase wanted, int failures) implements Blockage {
        @Override
        public String describe() {
            return "directories gave no good answer in " + failures + " tries";
        }
    }

    /**
     * Microdescriptors of too many relays are missing, and directories don't give them (T38).
     *
     * @param coverage what is known
     * @param needed the share of paths that must be
     */
    public record TooFewRelays(PathCoverage coverage, double needed) implements Blockage {
        @Override
        public String describe() {
            return String.format(
                    java.util.Locale.ROOT,
                    "too few relays are known: %.0f %% of guards, %.0f %% of middles, %.0f %% of exits; %.0f %% of paths"
                            + " are needed",
                    100 * coverage.guards(),
                    100 * coverage.middles(),
                    100 * coverage.exits(),
                    100 * needed);
        }
    }

    /** Whether circuits may be built. */
    public boolean ready() {
        return phase == Phase.READY;
    }
}
