package org.onion4j.directory.supply;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.fetch.CacheSelector;
import org.onion4j.directory.fetch.FetchOutcome;
import org.onion4j.directory.guard.GuardFailure;
import org.onion4j.directory.guard.GuardManager;
import org.onion4j.directory.guard.GuardRestriction;
import org.onion4j.directory.guard.GuardUsage;
import org.onion4j.directory.guard.GuardUse;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;

/**
 * Asks the client's guards for directory documents, and tells them how that went. Spec: guard-spec, "Using guards for
 * directory requests".
 *
 * <p>Threading: any thread; its lock is held while a guard is chosen, never while one is told something.
 */
public final class GuardCaches implements CacheSelector {
    /** Guards that the caller doesn't want are passed over at most so often. */
    private static final int MAX_PASSED_OVER = 8;

    private final GuardManager guards;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<RsaIdentity, GuardUse> uses = new HashMap<>();

    public GuardCaches(GuardManager guards) {
        this.guards = guards;
    }

    @Override
    public ImmutableList<Relay> caches(NetworkView view, int count, Predicate<RsaIdentity> avoid) {
        List<RsaIdentity> passedOver = new ArrayList<>();
        ImmutableList.Builder<Relay> chosen = ImmutableList.builder();
        int found = 0;
        while (found < count && passedOver.size() < MAX_PASSED_OVER + count) {
            GuardUse use;
            try {
                use = guards.choose(GuardUsage.DIRECTORY, GuardRestriction.NONE.andNot(passedOver));
            } catch (NoPathException e) {
                break; // configured directories will do
            }
            RsaIdentity identity = use.relay().rsaIdentity();
            passedOver.add(identity);
            if (avoid.test(identity)) {
                use.cancel();
            } else {
                found++;
                chosen.add(use.relay());
                remember(identity, use);
            }
        }
        return chosen.build();
    }

    private void remember(RsaIdentity identity, GuardUse use) {
        GuardUse before;
        lock.lock();
        try {
            before = uses.put(identity, use);
        } finally {
            lock.unlock();
        }
        if (before != null) {
            before.cancel();
        }
    }

    @Override
    public void report(RsaIdentity cache, FetchOutcome outcome) {
        GuardUse use;
        lock.lock();
        try {
            use = uses.remove(cache);
        } finally {
            lock.unlock();
        }
        if (use == null) {
            return;
        }
        switch (outcome) {
            case GOOD -> finish(use, true);
            case BAD_ANSWER, NOT_FOUND -> finish(use, false);
            case UNREACHABLE -> use.failed(GuardFailure.UNREACHABLE);
            case WRONG_CLOCK -> use.failed(GuardFailure.CLOCK);
            case TIMED_OUT -> {
                use.directoryAnswered(false);
                use.cancel();
            }
            case CANCELLED -> use.cancel();
        }
    }

    private static void finish(GuardUse use, boolean good) {
        use.answered();
        if (use.succeeded() != GuardUse.State.DEAD) {
            use.directoryAnswered(good);
        }
        use.closed();
    }
}
