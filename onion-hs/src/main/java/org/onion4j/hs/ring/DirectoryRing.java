package org.onion4j.hs.ring;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.errorprone.annotations.Immutable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.doc.SharedRandomValue;
import org.onion4j.directory.doc.Subprotocol;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;

/**
 * The relays that keep descriptors of onion services, in the order of one time period and shared random value; and which
 * of them are responsible for a service. Immutable, for any thread. Spec: rend-spec-v3, "Where to publish a hidden
 * service descriptor".
 */
public final class DirectoryRing {
    /** Of the subprotocol HSDir: keeps descriptors of version 3. */
    private static final int VERSION = 2;

    private final TimePeriod period;
    private final ImmutableList<Place> places; // in ascending order
    private final int replicas;
    private final int spreadFetch;
    private final int spreadStore;

    @Immutable
    private record Place(Bytes index, Relay relay) {}

    private DirectoryRing(
            TimePeriod period, ImmutableList<Place> places, int replicas, int spreadFetch, int spreadStore) {
        this.period = period;
        this.places = places;
        this.replicas = replicas;
        this.spreadFetch = spreadFetch;
        this.spreadStore = spreadStore;
    }

    /** The ring of a network: its relays with the flag HSDir that keep such descriptors and whose Ed25519 identity is known. */
    public static DirectoryRing of(NetworkView view, RingTimes.Slot slot) {
        Bytes random = randomValue(view.consensus(), slot);
        List<Relay> directories = new ArrayList<>();
        for (Relay relay : view.relays()) {
            // Authorities leave the flag off such relays; a relay that may only be a middle is none in any case.
            if (relay.has(RelayFlag.HS_DIR)
                    && !relay.has(RelayFlag.MIDDLE_ONLY)
                    && relay.protocols().supports(Subprotocol.HS_DIR, VERSION)
                    && relay.ed25519Identity().isPresent()) {
                directories.add(relay);
            }
        }
        ImmutableList<Place> places =
                places(directories, relay -> relay.ed25519Identity().get(), random, slot.period());
        return new DirectoryRing(
                slot.period(),
                places,
                view.parameter("hsdir_n_replicas", 2, 1, 16),
                view.parameter("hsdir_spread_fetch", 3, 1, 128),
                view.parameter("hsdir_spread_store", 4, 1, 128));
    }

    private static ImmutableList<Place> places(
            List<Relay> relays, Function<Relay, Ed25519Identity> identity, Bytes random, TimePeriod period) {
        List<Place> places = new ArrayList<>(relays.size());
        for (Relay relay : relays) {
            places.add(new Place(RingHashes.directory(identity.apply(relay), random, period), relay));
        }
        places.sort(Comparator.comparing(Place::index));
        return ImmutableList.copyOf(places);
    }

    /** The value of a slot, or its stand-in where the consensus lacks it. */
    static Bytes randomValue(Consensus consensus, RingTimes.Slot slot) {
        return (slot.random() == RingTimes.RandomValue.CURRENT
                        ? consensus.currentSharedRandom()
                        : consensus.previousSharedRandom())
                .map(SharedRandomValue::value)
                .orElseGet(() -> RingHashes.disaster(slot.period()));
    }

    public TimePeriod period() {
        return period;
    }

    /** How many directories there are in all. */
    public int size() {
        return places.size();
    }

    /** Where a client looks for the descriptor of a blinded key, in the order of the ring. */
    public ImmutableSet<Relay> toFetch(Bytes blindedKey) {
        return responsible(blindedKey, spreadFetch);
    }

    /** Where a service puts the descriptor of its blinded key, in the order of the ring. */
    public ImmutableSet<Relay> toStore(Bytes blindedKey) {
        return responsible(blindedKey, spreadStore);
    }

    private ImmutableSet<Relay> responsible(Bytes blindedKey, int spread) {
        List<Bytes> indexes = new ArrayList<>(places.size());
        places.forEach(place -> indexes.add(place.index()));
        ImmutableSet.Builder<Relay> relays = ImmutableSet.builder();
        for (int place : responsible(indexes, blindedKey, period, replicas, spread)) {
            relays.add(places.get(place).relay());
        }
        return relays.build();
    }

    /** Which places of the ring, in ascending order of their indexes, are responsible. */
    static Set<Integer> responsible(
            List<Bytes> indexes, Bytes blindedKey, TimePeriod period, int replicas, int spread) {
        Set<Integer> chosen = new LinkedHashSet<>();
        for (int replica = 1; replica <= replicas; replica++) {
            int found = Collections.binarySearch(indexes, RingHashes.service(blindedKey, replica, period));
            int first = found >= 0 ? found : -found - 1;
            int taken = 0;
            for (int step = 0; step < indexes.size() && taken < spread; step++) {
                // One that an earlier replica has taken is passed over and not counted.
                taken += chosen.add((first + step) % indexes.size()) ? 1 : 0;
            }
        }
        return chosen;
    }
}
