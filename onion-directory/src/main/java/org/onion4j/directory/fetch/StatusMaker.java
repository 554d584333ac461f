package org.onion4j.directory.fetch;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.ProtocolVersions;
import org.onion4j.directory.fetch.DirectoryStatus.Blockage;
import org.onion4j.directory.fetch.DirectoryStatus.ClockSkew;
import org.onion4j.directory.fetch.DirectoryStatus.Phase;
import org.onion4j.directory.path.PathCoverage;
import org.onion4j.directory.view.ClientProtocols;
import org.onion4j.directory.view.NetworkView;

/** Puts into words how far things have got. Guarded by the desk's lock. */
final class StatusMaker {
    private static final int WORTH_MENTIONING = 3; // failures in a row

    private final ClientProtocols protocols;
    private final FetchDesk desk;
    private final ConsensusTrack consensus;
    private final CertificateTrack certificates;
    private final MicrodescriptorTrack microdescriptors;
    private PathCoverage coverage = new PathCoverage(0, 0, 0);
    private double needed = 1;
    private Phase lastPhase = Phase.LOADING;
    private double lastFraction;

    StatusMaker(
            ClientProtocols protocols,
            FetchDesk desk,
            ConsensusTrack consensus,
            CertificateTrack certificates,
            MicrodescriptorTrack microdescriptors) {
        this.protocols = protocols;
        this.desk = desk;
        this.consensus = consensus;
        this.certificates = certificates;
        this.microdescriptors = microdescriptors;
    }

    /** There is a new view, which this looks through once. */
    void viewChanged(NetworkView view) {
        coverage = PathCoverage.of(view);
        needed = PathCoverage.needed(view);
    }

    DirectoryStatus make(Instant now) {
        boolean usable = consensus.usable(now);
        ProtocolVersions missing = usable
                ? consensus.current().map(this::missingRequired).orElse(ProtocolVersions.NONE)
                : ProtocolVersions.NONE;
        Phase phase = phase(usable, !missing.isEmpty());
        double fraction = Math.floor(100 * fraction(phase)) / 100;
        if (phase == lastPhase) {
            fraction = Math.max(fraction, lastFraction);
        }
        lastPhase = phase;
        lastFraction = fraction;
        return new DirectoryStatus(phase, fraction, blockage(phase, missing));
    }

    private ProtocolVersions missingRequired(Consensus current) {
        return protocols.missingRequired(current);
    }

    private Phase phase(boolean usable, boolean tooOld) {
        if (!usable) {
            return consensus.waiting().isPresent() ? Phase.CERTIFICATES : Phase.CONSENSUS;
        }
        return coverage.paths() < needed || tooOld ? Phase.MICRODESCRIPTORS : Phase.READY;
    }

    private double fraction(Phase phase) {
        return switch (phase) {
            case LOADING -> 0;
            case CONSENSUS -> 0.05 + 0.3 * consensusFraction();
            case CERTIFICATES -> 0.4;
            case MICRODESCRIPTORS -> Math.min(0.99, 0.45 + 0.55 * coverage.paths() / needed);
            case READY -> 1;
        };
    }

    private double consensusFraction() {
        double best = 0;
        for (RunningFetch fetch : desk.running(DocumentKind.CONSENSUS)) {
            best = Math.max(best, fetch.fraction());
        }
        return best;
    }

    private Optional<Blockage> blockage(Phase phase, ProtocolVersions missing) {
        if (!missing.isEmpty()) {
            return Optional.of(new DirectoryStatus.ClientTooOld(missing));
        } else if (phase == Phase.READY) {
            return Optional.empty();
        }
        FailureCount failures = switch (phase) {
            case LOADING, CONSENSUS, READY -> consensus.failures();
            case CERTIFICATES -> certificates.failures();
            case MICRODESCRIPTORS -> microdescriptors.failures();
        };
        Optional<ClockSkew> wrongClock = wrongClock(phase, failures);
        if (wrongClock.isPresent()) {
            return Optional.of(wrongClock.get());
        }
        if (failures.count() < WORTH_MENTIONING) {
            return Optional.empty();
        }
        Optional<Duration> byLinks = desk.linkSkew().large();
        if (!failures.answered() && byLinks.isPresent()) {
            return Optional.of(new ClockSkew(byLinks.get(), ClockSkew.Measure.AT_LEAST));
        } else if (!failures.answered()) {
            return Optional.of(new DirectoryStatus.Unreachable(failures.count()));
        }
        return Optional.of(
                phase == Phase.MICRODESCRIPTORS
                        ? new DirectoryStatus.TooFewRelays(coverage, needed)
                        : new DirectoryStatus.NothingUseful(phase, failures.count()));
    }

    /** How far the clock is ahead, where that is the trouble: directories agree on it, and nothing they give is of today. */
    private Optional<ClockSkew> wrongClock(Phase phase, FailureCount failures) {
        Optional<ClockSkew> known = consensus.wrongClock();
        if (known.isPresent() || phase == Phase.MICRODESCRIPTORS || failures.count() == 0) {
            return known;
        }
        return desk.skew().large().map(ahead -> new ClockSkew(ahead, ClockSkew.Measure.TOLD));
    }
}
