package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.directory.doc.ServerDescriptor;

/**
 * The documents that a directory serves: those of the last consensuses that have come to it. Any thread.
 */
public final class DirectoryStore {
    /** How many consensuses are kept, for diffs and for clients that have an older one. */
    private static final int MAX_SNAPSHOTS = 12;

    private record DiffName(Bytes base, Bytes target) {}

    /** Between any two consensuses of a network: directories have the same ones, mostly. */
    private final Map<DiffName, Optional<Bytes>> diffs;

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<DirectorySnapshot> snapshots = new ArrayDeque<>(); // newest first; guarded by lock

    /** For a directory of a network of its own. */
    public DirectoryStore() {
        this(new ConcurrentHashMap<>());
    }

    private DirectoryStore(Map<DiffName, Optional<Bytes>> diffs) {
        this.diffs = diffs;
    }

    /** An empty one for another directory of the same network. */
    public DirectoryStore another() {
        return new DirectoryStore(diffs);
    }

    /** From now on, these are the newest documents. */
    public void publish(DirectorySnapshot snapshot) {
        lock.lock();
        try {
            snapshots.addFirst(snapshot);
            if (snapshots.size() > MAX_SNAPSHOTS) {
                snapshots.removeLast();
            }
            diffs.clear();
        } finally {
            lock.unlock();
        }
    }

    /** Takes what another directory has and this one hasn't. */
    public void learn(Collection<DirectorySnapshot> others) {
        lock.lock();
        try {
            List<DirectorySnapshot> all = new ArrayList<>(snapshots);
            others.stream().filter(one -> !all.contains(one)).forEach(all::add);
            all.sort(Comparator.comparing(DirectorySnapshot::validAfter).reversed());
            snapshots.clear();
            snapshots.addAll(all.subList(0, Math.min(all.size(), MAX_SNAPSHOTS)));
        } finally {
            lock.unlock();
        }
    }

    /** The snapshots that are kept, the newest first. */
    public ImmutableList<DirectorySnapshot> snapshots() {
        lock.lock();
        try {
            return ImmutableList.copyOf(snapshots);
        } finally {
            lock.unlock();
        }
    }

    /** The newest documents, once there are any. */
    public Optional<DirectorySnapshot> newest() {
        lock.lock();
        try {
            return Optional.ofNullable(snapshots.peekFirst());
        } finally {
            lock.unlock();
        }
    }

    /** The newest consensus. */
    public Optional<SignedConsensus> consensus(Flavour flavour) {
        return newest().map(snapshot -> snapshot.consensuses().get(flavour));
    }

    /**
     * The diff from a consensus to the newest.
     *
     * @param base the digest that names the base of diffs, 32 bytes
     */
    Optional<Bytes> diff(Flavour flavour, Bytes base) {
        lock.lock();
        try {
            Optional<SignedConsensus> target = consensus(flavour);
            if (!target.isPresent() || target.get().diffBase().equals(base)) {
                return Optional.empty();
            }
            for (DirectorySnapshot snapshot : snapshots) {
                SignedConsensus candidate = snapshot.consensuses().get(flavour);
                if (candidate.diffBase().equals(base)) {
                    return diffs.computeIfAbsent(
                            new DiffName(base, target.get().diffBase()),
                            name -> ConsensusDiffMaker.make(
                                    candidate.text(), target.get().text()));
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** The text of a microdescriptor of any consensus that is kept. */
    Optional<Bytes> microdescriptor(Bytes digest) {
        for (DirectorySnapshot snapshot : snapshots()) {
            Bytes text = snapshot.microdescriptors().get(digest);
            if (text != null) {
                return Optional.of(text);
            }
        }
        return Optional.empty();
    }

    /** A server descriptor of any consensus that is kept, by its SHA-1 digest. */
    Optional<ServerDescriptor> descriptor(Bytes digest) {
        for (DirectorySnapshot snapshot : snapshots()) {
            for (ServerDescriptor descriptor : snapshot.descriptors().values()) {
                if (descriptor.digest().equals(digest)) {
                    return Optional.of(descriptor);
                }
            }
        }
        return Optional.empty();
    }
}
