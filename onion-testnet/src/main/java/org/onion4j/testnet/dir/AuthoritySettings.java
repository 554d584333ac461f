package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.ImmutableSortedSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * What an authority thinks of the network apart from what relays tell it, and how it behaves. Immutable.
 *
 * @param parameters for the "params" line
 * @param measured kilobytes a second that it has measured, by relay
 * @param flagChanges what differs from the rules, by relay
 * @param protocols what clients and relays should speak
 * @param behaviour what it does of its duties
 */
public record AuthoritySettings(
        ImmutableSortedMap<String, Integer> parameters,
        ImmutableMap<RsaIdentity, Long> measured,
        ImmutableMap<RsaIdentity, FlagChange> flagChanges,
        ProtocolLines protocols,
        Behaviour behaviour) {
    /** An authority in good order that has measured nothing. */
    public static final AuthoritySettings DEFAULT = new AuthoritySettings(
            ImmutableSortedMap.of(),
            ImmutableMap.of(),
            ImmutableMap.of(),
            ProtocolLines.CURRENT,
            Behaviour.VOTES_AND_SIGNS);

    /** What an authority does of its duties. */
    public enum Behaviour {
        VOTES_AND_SIGNS,
        /** Its vote counts, but it doesn't sign the consensus. */
        VOTES_ALONE,
        /** It does nothing. */
        ABSENT
    }

    /** Flags to vote for, and to vote against, whatever the rules say. Without {@code Running} a relay isn't listed. */
    public record FlagChange(ImmutableSortedSet<String> add, ImmutableSortedSet<String> remove) {
        /** These flags more. */
        public static FlagChange adding(String... flags) {
            return new FlagChange(ImmutableSortedSet.copyOf(flags), ImmutableSortedSet.of());
        }

        /** These flags less. */
        public static FlagChange removing(String... flags) {
            return new FlagChange(ImmutableSortedSet.of(), ImmutableSortedSet.copyOf(flags));
        }

        ImmutableSortedSet<String> apply(Set<String> flags) {
            TreeSet<String> changed = new TreeSet<>(flags);
            changed.addAll(add);
            changed.removeAll(remove);
            return ImmutableSortedSet.copyOf(changed);
        }
    }

    /** Lists of subprotocols in the form of "proto" lines. */
    public record ProtocolLines(
            String recommendedClient, String recommendedRelay, String requiredClient, String requiredRelay) {
        /** What C tor 0.4.9.11 votes for, but that relays need no congestion control. */
        public static final ProtocolLines CURRENT = new ProtocolLines(
                "Cons=2 Desc=2 DirCache=2 FlowCtrl=1-2 HSDir=2 HSIntro=4 HSRend=2 Link=4-5 Microdesc=2 Relay=2-4",
                "Cons=2 Desc=2 DirCache=2 FlowCtrl=1-2 HSDir=2 HSIntro=4-5 HSRend=2 Link=4-5 LinkAuth=3 Microdesc=2"
                        + " Relay=2-4",
                "Cons=2 Desc=2 FlowCtrl=1 Link=4 Microdesc=2 Relay=2",
                "Cons=2 Desc=2 DirCache=2 FlowCtrl=1 HSDir=2 HSIntro=4-5 HSRend=2 Link=4-5 LinkAuth=3 Microdesc=2"
                        + " Relay=2-4");

        Vote.Protocols parsed() {
            return new Vote.Protocols(
                    ProtocolList.parse(recommendedClient),
                    ProtocolList.parse(recommendedRelay),
                    ProtocolList.parse(requiredClient),
                    ProtocolList.parse(requiredRelay));
        }
    }

    /** The same with other parameters. */
    public AuthoritySettings withParameters(Map<String, Integer> value) {
        return new AuthoritySettings(ImmutableSortedMap.copyOf(value), measured, flagChanges, protocols, behaviour);
    }

    /** The same with other measurements. */
    public AuthoritySettings withMeasured(Map<RsaIdentity, Long> value) {
        return new AuthoritySettings(parameters, ImmutableMap.copyOf(value), flagChanges, protocols, behaviour);
    }

    /** The same with other changes of flags. */
    public AuthoritySettings withFlagChanges(Map<RsaIdentity, FlagChange> value) {
        return new AuthoritySettings(parameters, measured, ImmutableMap.copyOf(value), protocols, behaviour);
    }

    /** The same with other lists of subprotocols. */
    public AuthoritySettings withProtocols(ProtocolLines value) {
        return new AuthoritySettings(parameters, measured, flagChanges, value, behaviour);
    }

    /** The same with another behaviour. */
    public AuthoritySettings withBehaviour(Behaviour value) {
        return new AuthoritySettings(parameters, measured, flagChanges, protocols, value);
    }
}
