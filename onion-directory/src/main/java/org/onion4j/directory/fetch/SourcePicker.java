package org.onion4j.directory.fetch;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.network.Authority;
import org.onion4j.directory.network.DirectoryServer;
import org.onion4j.directory.network.NetworkDescription;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;

/**
 * Chooses whom to ask: while there is a consensus relays in it, else fallbacks, and authorities where those don't do.
 * Whoever failed lately is left alone while there are others. Guarded by its owner's lock. Spec: dir-spec, "Downloading
 * network-status documents".
 */
final class SourcePicker {
    private static final Duration AVOID = Duration.ofMinutes(10);

    private final CacheSelector caches;
    private final RandomSource random;
    private final ImmutableList<DirectoryServer> fallbacks;
    private final ImmutableList<DirectoryServer> authorities;
    private final Map<RsaIdentity, Long> avoidedUntilNanos = new HashMap<>();
    private Optional<DirectorySource> proven = Optional.empty(); // who answered well, last

    SourcePicker(NetworkDescription network, CacheSelector caches, RandomSource random) {
        this.caches = caches;
        this.random = random;
        this.fallbacks = reachable(network.fallbacks());
        this.authorities = reachable(network.authorities());
    }

    private static ImmutableList<DirectoryServer> reachable(List<? extends DirectoryServer> servers) {
        ImmutableList.Builder<DirectoryServer> list = ImmutableList.builder();
        for (DirectoryServer server : servers) {
            boolean bridgeAuthority = server instanceof Authority authority && !authority.votes();
            if (server.orPort() > 0 && !bridgeAuthority) {
                list.add(server);
            }
        }
        return list.build();
    }

    /** Whether authorities need not be spared, since there is nobody else. */
    boolean authoritiesOnly() {
        return fallbacks.isEmpty();
    }

    /** Leaves a directory alone for a while. */
    void avoid(RsaIdentity directory, long nowNanos) {
        avoidedUntilNanos.values().removeIf(until -> until - nowNanos <= 0);
        avoidedUntilNanos.put(directory, nowNanos + AVOID.toNanos());
    }

    /** Notes that a directory answered well. */
    void proved(DirectorySource directory) {
        proven = Optional.of(directory);
    }

    /** Whoever answered well last, if it would do now: for times of trouble. */
    Optional<DirectorySource> proven(Predicate<RsaIdentity> unfit, long nowNanos) {
        return proven.filter(source -> !unfit.test(source.rsaIdentity()) && !avoided(source.rsaIdentity(), nowNanos));
    }

    /** Leaves nobody alone any more. */
    void forgive() {
        avoidedUntilNanos.clear();
    }

    boolean avoided(RsaIdentity directory, long nowNanos) {
        Long until = avoidedUntilNanos.get(directory);
        return until != null && until - nowNanos > 0;
    }

    /** Who of the servers known before any document is to be asked. */
    enum Preference {
        FALLBACK,
        AUTHORITY
    }

    /**
     * One of the servers that are known before any document.
     *
     * @param busy says which ones are being asked already
     */
    Optional<DirectorySource> configured(Preference preference, Predicate<RsaIdentity> busy, long nowNanos) {
        boolean authorityFirst = preference == Preference.AUTHORITY || fallbacks.isEmpty();
        List<DirectoryServer> first = authorityFirst ? authorities : fallbacks;
        List<DirectoryServer> second = authorityFirst ? fallbacks : authorities;
        Predicate<RsaIdentity> busyOrBad = busy.or(id -> avoided(id, nowNanos));
        return firstOf(
                () -> draw(first, busyOrBad),
                () -> draw(second, busyOrBad),
                () -> draw(first, busy),
                () -> draw(second, busy));
    }

    /** The first choice that comes to something. */
    @SafeVarargs
    private static Optional<DirectorySource> firstOf(Supplier<Optional<DirectorySource>>... choices) {
        for (Supplier<Optional<DirectorySource>> choice : choices) {
            Optional<DirectorySource> source = choice.get();
            if (source.isPresent()) {
                return source;
            }
        }
        return Optional.empty();
    }

    private Optional<DirectorySource> draw(List<DirectoryServer> servers, Predicate<RsaIdentity> not) {
        List<DirectoryServer> left = new ArrayList<>(servers);
        left.removeIf(server -> not.test(server.rsaIdentity()));
        return left.isEmpty()
                ? Optional.empty()
                : Optional.of(new DirectorySource.Configured(
                        left.get(WeightedDraw.draw(left, DirectoryServer::weight, random))));
    }

    /**
     * One of the relays that a view lists, or where they don't do one of the configured servers.
     *
     * @param busy says which ones are being asked already
     * @param unwanted says which ones to take only where there is nobody else
     */
    Optional<DirectorySource> listed(
            NetworkView view, Predicate<RsaIdentity> busy, Predicate<RsaIdentity> unwanted, long nowNanos) {
        Predicate<RsaIdentity> bad = id -> avoided(id, nowNanos) || unwanted.test(id);
        return firstOf(
                () -> cache(view, busy.or(bad)),
                () -> configuredUnlessBad(busy, bad, nowNanos),
                () -> cache(view, busy),
                () -> configured(Preference.FALLBACK, busy, nowNanos));
    }

    private Optional<DirectorySource> configuredUnlessBad(
            Predicate<RsaIdentity> busy, Predicate<RsaIdentity> bad, long nowNanos) {
        return configured(Preference.FALLBACK, busy, nowNanos).filter(source -> !bad.test(source.rsaIdentity()));
    }

    private Optional<DirectorySource> cache(NetworkView view, Predicate<RsaIdentity> not) {
        for (Relay relay : caches.caches(view, 1, not)) {
            return Optional.of(new DirectorySource.Listed(relay));
        }
        return Optional.empty();
    }
}
