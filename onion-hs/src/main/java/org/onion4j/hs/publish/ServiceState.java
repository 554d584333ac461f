package org.onion4j.hs.publish;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.UnsignedLong;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.primitive.Wipe;
import org.onion4j.directory.state.StateStore;

/**
 * What one service remembers between runs: its identity key unless that is in memory only, its introduction points, the
 * last revision counters, and the authorized clients where it is asked to. The key is kept apart from the rest, which is
 * written often. What can't be read is set aside, and the store tells of it. Secrets are wiped by {@link #close}.
 *
 * <p>Threading: any thread. Its lock is held while it blocks on the storage: not for a thread that must not wait. After
 * {@link #close} nothing is found and nothing is saved.
 */
public final class ServiceState implements AutoCloseable {
    /** Most characters in the name of a service. */
    public static final int MAX_NAME_LEN = 40;

    private static final String KEY_PREFIX = "onion-key-";
    private static final String STATE_PREFIX = "onion-service-";
    private static final byte[] OWNER_LABEL = "onion4j owner of a service's state".getBytes(StandardCharsets.US_ASCII);

    private final StateStore store;
    private final String keyName;
    private final String stateName;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<ServiceIdentity> identity; // guarded by lock
    private StateContent content; // guarded by lock
    private boolean closed; // guarded by lock

    private ServiceState(StateStore store, String name) {
        this.store = store;
        this.keyName = KEY_PREFIX + name;
        this.stateName = STATE_PREFIX + name;
        this.content = readContent();
        this.identity = readIdentity();
    }

    /**
     * What is remembered of a service, if anything. Nobody else may use the same name of the same store meanwhile.
     *
     * @param name of the service, 1 to {@link #MAX_NAME_LEN} characters of {@code a-z}, {@code 0-9} and {@code -}
     */
    public static ServiceState open(StateStore store, String name) {
        checkArgument(!name.isEmpty() && name.length() <= MAX_NAME_LEN, "name of %s characters", name.length());
        return new ServiceState(store, name);
    }

    private Optional<ServiceIdentity> readIdentity() {
        Optional<byte[]> saved = store.read(keyName);
        if (!saved.isPresent()) {
            if (store.isSetAside(keyName)) {
                save(content.withIdentitySaved()); // there was one, whatever the rest says
            }
            return Optional.empty();
        }
        try (SecretBytes file = SecretBytes.adopt(saved.get())) {
            return Optional.of(ServiceIdentity.ofTorFile(file));
        } catch (ServiceIdentityException e) {
            store.setAside(keyName, e.getMessage());
            save(content.withIdentitySaved()); // there was one, whatever the rest says
            return Optional.empty();
        }
    }

    private StateContent readContent() {
        Optional<byte[]> saved = store.read(stateName);
        if (!saved.isPresent()) {
            return StateContent.EMPTY;
        }
        try {
            return StateContent.decode(saved.get());
        } catch (WireFormatException e) {
            store.setAside(stateName, e.getMessage());
            return StateContent.EMPTY;
        } finally {
            Wipe.all(saved.get());
        }
    }

    /** The saved identity, a copy for the caller to close; empty if none was saved, or it was lost. */
    public Optional<ServiceIdentity> identity() {
        lock.lock();
        try {
            return identity.map(ServiceIdentity::copy);
        } finally {
            lock.unlock();
        }
    }

    /** Whether an identity was saved once that can't be read any more: a new one has another address. */
    public boolean isIdentityLost() {
        lock.lock();
        try {
            return content.identitySaved() && !identity.isPresent();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Saves the identity in place of any other, and {@linkplain #claim claims} the state for it; a copy is made.
     *
     * @return false if it could not be saved to where it would outlive this run, and has been forgotten
     */
    public boolean saveIdentity(ServiceIdentity owner) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            identity.ifPresent(ServiceIdentity::close);
            identity = Optional.empty();
            try (SecretBytes file = owner.exposeTorFile()) {
                store.write(keyName, file.exposeArray());
            }
            if (!store.isDurable(keyName)) {
                store.delete(keyName);
                return false;
            }
            identity = Optional.of(owner.copy());
            save(ownedBy(owner, true));
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Says whose state this is, before anything else of it is used. What belongs to another identity is forgotten, its
     * introduction points above all. Of an identity that isn't saved only a digest is kept.
     */
    public void claim(ServiceIdentity owner) {
        lock.lock();
        try {
            if (!closed) {
                save(ownedBy(owner, content.identitySaved() || identity.isPresent()));
            }
        } finally {
            lock.unlock();
        }
    }

    private StateContent ownedBy(ServiceIdentity owner, boolean identitySaved) {
        Bytes digest = Digests.sha3(OWNER_LABEL, owner.publicKey().toArray());
        boolean same = digest.equals(content.owner());
        return new StateContent(
                digest,
                identitySaved,
                content.revisions(), // they go by the key that they belong to
                same ? content.clients() : Optional.empty(),
                same ? content.points() : ImmutableList.of());
    }

    /** The saved introduction points: copies for the caller to close. */
    public ImmutableList<SavedPoint> introductionPoints() {
        lock.lock();
        try {
            return copies(content.points());
        } finally {
            lock.unlock();
        }
    }

    private static ImmutableList<SavedPoint> copies(List<SavedPoint> points) {
        ImmutableList.Builder<SavedPoint> copies = ImmutableList.builder();
        points.forEach(point -> copies.add(point.copy()));
        return copies.build();
    }

    /** Saves introduction points, at most 64, in place of the former; copies are made. */
    public void saveIntroductionPoints(List<SavedPoint> points) {
        lock.lock();
        try {
            if (!closed) {
                save(new StateContent(
                        content.owner(),
                        content.identitySaved(),
                        content.revisions(),
                        content.clients(),
                        copies(points)));
            }
        } finally {
            lock.unlock();
        }
    }

    /** The authorized clients that were saved, if they ever were: X25519 public keys, 32 bytes each. */
    public Optional<ImmutableList<Bytes>> clients() {
        lock.lock();
        try {
            return content.clients();
        } finally {
            lock.unlock();
        }
    }

    /** Saves the authorized clients, at most 4096, in place of the former. */
    public void saveClients(List<Bytes> clients) {
        lock.lock();
        try {
            if (!closed) {
                save(new StateContent(
                        content.owner(),
                        content.identitySaved(),
                        content.revisions(),
                        Optional.of(ImmutableList.copyOf(clients)),
                        content.points()));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The revision counter for the next descriptor of a blinded key: the proposed one, or a higher one if that has been used
     * up. It is saved before this returns.
     */
    UnsignedLong nextRevision(TimePeriod period, Bytes blindedKey, UnsignedLong proposed) {
        lock.lock();
        try {
            UnsignedLong next = content.revision(blindedKey)
                    .map(used -> used.last().plus(UnsignedLong.ONE))
                    .filter(least -> least.compareTo(proposed) > 0)
                    .orElse(proposed);
            save(content.with(new StateContent.Revision(period, blindedKey, next)));
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void save(StateContent changed) {
        StateContent former = content;
        content = changed;
        if (!former.points().equals(changed.points())) { // secrets are equal only to themselves
            former.points().forEach(SavedPoint::close);
        }
        if (!closed && !changed.equals(former)) {
            byte[] bytes = changed.encode();
            try {
                store.write(stateName, bytes);
            } finally {
                Wipe.all(bytes);
            }
        }
    }

    /** Wipes what is in memory; what is saved stays. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            identity.ifPresent(ServiceIdentity::close);
            identity = Optional.empty();
            content.points().forEach(SavedPoint::close);
            content = StateContent.EMPTY;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets everything of the service, in the storage too, and closes this. */
    public void delete() {
        lock.lock();
        try {
            if (!closed) {
                store.delete(keyName);
                store.delete(stateName);
            }
        } finally {
            lock.unlock();
        }
        close();
    }

    @Override
    public String toString() {
        return "ServiceState";
    }
}
