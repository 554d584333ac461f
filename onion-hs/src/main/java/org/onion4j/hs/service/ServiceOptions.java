package org.onion4j.hs.service;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.onion4j.circuit.StreamLimit;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.hs.descriptor.Descriptor;
import org.onion4j.hs.pow.RequestQueue;

/**
 * How a service is to be hosted. Immutable.
 *
 * @param introductionPoints how many, 1 to 20
 * @param clients X25519 public keys of the clients who may find it, 32 bytes each; none if all may
 * @param limit for how many introductions its introduction points are to pass on, if any
 * @param streams how many of them a client may have on a circuit
 * @param maxWaiting most introductions that wait to be read, at least 1
 * @param maxClients most circuits with clients, at least 1
 * @param work what proof of work it asks for, if it does
 */
public record ServiceOptions(
        int introductionPoints,
        ImmutableList<Bytes> clients,
        Optional<IntroductionLimit> limit,
        StreamLimit streams,
        int maxWaiting,
        int maxClients,
        Optional<Work> work) {
    /** Three introduction points, for all clients, without limits but those that keep memory bounded. */
    public static final ServiceOptions DEFAULT = new ServiceOptions(
            3,
            ImmutableList.of(),
            Optional.empty(),
            StreamLimit.refusing(StreamLimit.MOST),
            512,
            4096,
            Optional.empty());

    /**
     * What an introduction point is asked to limit introductions to. Spec: rend-spec-v3, "Denial-of-Service Defense
     * Extension".
     *
     * @param perSecond 1 to 2^31 - 1
     * @param burst at least {@code perSecond}
     */
    public record IntroductionLimit(int perSecond, int burst) {
        public IntroductionLimit {
            checkArgument(perSecond > 0 && burst >= perSecond, "%s introductions a second, burst %s", perSecond, burst);
        }
    }

    /**
     * How proof of work is asked for. Spec: proposal 327.
     *
     * @param pace at which clients are gone to
     * @param effort suggested at first, 0 to 2^32 - 1; from then on it goes by how the queue fares
     */
    public record Work(RequestQueue.Pace pace, long effort) {
        private static final long MAX_EFFORT = 0xffffffffL;

        public Work {
            checkArgument(effort >= 0 && effort <= MAX_EFFORT, "effort %s", effort);
        }
    }

    public ServiceOptions {
        checkArgument(
                introductionPoints >= 1 && introductionPoints <= Descriptor.MAX_INTRODUCTION_POINTS,
                "%s introduction points",
                introductionPoints);
        checkClients(clients);
        checkArgument(maxWaiting >= 1 && maxClients >= 1, "no room for introductions or clients");
    }

    static void checkClients(ImmutableList<Bytes> keys) {
        checkArgument(keys.stream().allMatch(X25519::isUsable), "the key of a client is of no use");
    }

    public ServiceOptions withIntroductionPoints(int count) {
        return new ServiceOptions(count, clients, limit, streams, maxWaiting, maxClients, work);
    }

    public ServiceOptions withClients(Iterable<Bytes> keys) {
        return new ServiceOptions(
                introductionPoints, ImmutableList.copyOf(keys), limit, streams, maxWaiting, maxClients, work);
    }

    public ServiceOptions withLimit(IntroductionLimit atIntroductionPoints) {
        return new ServiceOptions(
                introductionPoints, clients, Optional.of(atIntroductionPoints), streams, maxWaiting, maxClients, work);
    }

    public ServiceOptions withStreams(StreamLimit ofCircuit) {
        return new ServiceOptions(introductionPoints, clients, limit, ofCircuit, maxWaiting, maxClients, work);
    }

    public ServiceOptions withMaxWaiting(int count) {
        return new ServiceOptions(introductionPoints, clients, limit, streams, count, maxClients, work);
    }

    public ServiceOptions withMaxClients(int count) {
        return new ServiceOptions(introductionPoints, clients, limit, streams, maxWaiting, count, work);
    }

    public ServiceOptions withWork(Work asked) {
        return new ServiceOptions(
                introductionPoints, clients, limit, streams, maxWaiting, maxClients, Optional.of(asked));
    }
}
