package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.onion4j.directory.doc.SharedRandomValue;

/**
 * What a vote says of the shared random protocol. Immutable. Spec: dir-spec, the "shared-rand" lines of votes.
 *
 * @param participates whether the authority takes part
 * @param commits those of all authorities, as far as it knows them
 */
record RandomVote(
        boolean participates,
        ImmutableList<RandomCommit> commits,
        Optional<SharedRandomValue> previous,
        Optional<SharedRandomValue> current) {
    /** That of an authority which doesn't take part. */
    static final RandomVote NONE = new RandomVote(false, ImmutableList.of(), Optional.empty(), Optional.empty());
}
