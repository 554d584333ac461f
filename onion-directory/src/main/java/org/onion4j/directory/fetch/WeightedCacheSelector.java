package org.onion4j.directory.fetch;

import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;

/** Draws directory caches by their bandwidth, for clients without guards. Stateless: any thread. */
public final class WeightedCacheSelector implements CacheSelector {
    private final RandomSource random;

    public WeightedCacheSelector(RandomSource random) {
        this.random = checkNotNull(random);
    }

    @Override
    public ImmutableList<Relay> caches(NetworkView view, int count, Predicate<RsaIdentity> avoid) {
        List<Relay> candidates = new ArrayList<>();
        for (Relay relay : view.relays()) {
            boolean serves = relay.has(RelayFlag.V2_DIR) && relay.has(RelayFlag.RUNNING) && relay.has(RelayFlag.VALID);
            if (serves && !avoid.test(relay.rsaIdentity())) {
                candidates.add(relay);
            }
        }
        ImmutableList.Builder<Relay> chosen = ImmutableList.builder();
        for (int i = 0; i < count && !candidates.isEmpty(); i++) {
            chosen.add(candidates.remove(WeightedDraw.draw(candidates, r -> r.weight() + 1.0, random)));
        }
        return chosen.build();
    }

    @Override
    public void report(RsaIdentity cache, FetchOutcome outcome) {
        // the manager itself avoids those that failed
    }
}
