package org.onion4j.directory.guard;

import com.google.common.collect.ImmutableList;
import java.time.Instant;
import java.util.Optional;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * What is remembered of a sampled guard from one run to the next. Immutable. Spec: guard-spec, "The Sampled Guard Set"
 * and "Persistent state format".
 *
 * @param selection the name of the sample it is in
 * @param identity which relay it is
 * @param nickname for people only; may be empty
 * @param sampledOn when it was added, set back at random; whole seconds, as all times here
 * @param sampledBy the program that added it; may be empty
 * @param unlistedSince since when it has been missing from the consensus, set back at random; empty while it is listed
 * @param confirmedOn when it was first used, set back at random
 * @param confirmedIndex its place in the order of first use, from 0; meaningful with {@code confirmedOn} alone
 * @param pathBias counts of circuits and uses
 * @param extra fields of the saved line that we don't know, to be written as they are
 */
record GuardRecord(
        String selection,
        RsaIdentity identity,
        String nickname,
        Instant sampledOn,
        String sampledBy,
        Optional<Instant> unlistedSince,
        Optional<Instant> confirmedOn,
        int confirmedIndex,
        PathBias pathBias,
        ImmutableList<String> extra) {}
