package org.onion4j.api;

/**
 * Something that happened to an onion service of ours. The text of an event is for people and names no client, relay,
 * address or key.
 *
 * <p>More kinds may come with later releases.
 */
public sealed interface OnionServiceEvent
        permits OnionServiceEvent.Published,
                OnionServiceEvent.PublicationFailed,
                OnionServiceEvent.IntroductionPoints,
                OnionServiceEvent.IntroductionsRefused,
                OnionServiceEvent.StreamRefused {

    /**
     * Directories have taken the service's descriptor: clients that ask one of them find the service. Comes again at each
     * renewal, every hour or two.
     *
     * @param directories how many took it
     * @param asked how many were to take it
     */
    record Published(int directories, int asked) implements OnionServiceEvent {
        @Override
        public String toString() {
            return "published at " + directories + " of " + asked + " directories";
        }
    }

    /**
     * No directory has taken the service's descriptor; it goes on trying.
     *
     * @param asked how many were to take it
     */
    record PublicationFailed(int asked) implements OnionServiceEvent {
        @Override
        public String toString() {
            return "published at none of " + asked + " directories";
        }
    }

    /**
     * The relays that pass clients' requests on to the service are others now.
     *
     * @param established how many do so now
     * @param wanted how many it wants
     */
    record IntroductionPoints(int established, int wanted) implements OnionServiceEvent {
        @Override
        public String toString() {
            return established + " of " + wanted + " introduction points are established";
        }
    }

    /**
     * Requests of clients were dropped. Told about once a minute, however many there are.
     *
     * @param count how many since this was told last
     */
    record IntroductionsRefused(IntroductionsRefused.Reason reason, long count) implements OnionServiceEvent {
        /** Why requests were dropped. */
        public enum Reason {
            /** More came in than could be dealt with. */
            FLOOD,
            /** They had waited for so long that their clients have given up. */
            TOO_LATE,
            /** They had come before: a relay or a client repeats what it saw. */
            REPLAYED,
            /** They were not made by somebody who knows the service's descriptor, or were changed on the way. */
            FORGED,
            /** They make no sense. */
            MALFORMED,
            /** They name places to meet at where the service can't or won't go. */
            BAD_RENDEZVOUS_POINT,
            /** They name one place to meet at, or places that the network doesn't list, and many others on their way do, too. */
            BUSY_RENDEZVOUS_POINT,
            /** Their proof of work is false, or for a puzzle that isn't set any more. */
            BAD_WORK,
            /** As many clients are connected as may be. */
            TOO_MANY_CLIENTS
        }

        @Override
        public String toString() {
            return count + " requests of clients were dropped: " + reason;
        }
    }

    /**
     * A stream of a client was refused.
     *
     * @param port the virtual port that it was for
     */
    record StreamRefused(int port, StreamRefused.Reason reason) implements OnionServiceEvent {
        /** Why a stream was refused. */
        public enum Reason {
            /** The service has no such port. */
            NO_SUCH_PORT,
            /** So many streams wait to be accepted that no further one may. */
            BACKLOG_FULL,
            /** The service has as many streams as it may have. */
            TOO_MANY_STREAMS,
            /** The executor of the port's handler takes no more. */
            EXECUTOR_REFUSED,
            /** What the port leads to does not take connections. */
            TARGET_UNREACHABLE
        }

        @Override
        public String toString() {
            return "a stream to port " + port + " was refused: " + reason;
        }
    }
}
