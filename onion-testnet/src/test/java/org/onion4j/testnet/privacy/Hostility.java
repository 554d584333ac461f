package org.onion4j.testnet.privacy;

import com.google.common.net.InetAddresses;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.testnet.Forgery;
import org.onion4j.testnet.Passing;
import org.onion4j.testnet.Reaction;
import org.onion4j.testnet.SeenCircuit.Direction;

/** How relays try to get clients to give themselves away. */
enum Hostility implements org.onion4j.testnet.Hostility {
    /** Says that it has connected to the client's own machine. */
    LYING_ABOUT_ADDRESSES {
        @Override
        public Reaction meet(Passing passing) {
            return org.onion4j.testnet.Hostility.lyingAddress(InetAddresses.forString("127.0.0.1"))
                    .meet(passing);
        }
    },
    /** Puts cells of its own before some of those to the client. */
    FORGING_CELLS {
        @Override
        public Reaction meet(Passing passing) {
            return isCellBackward(passing) && passing.random().nextInt(20) == 0
                    ? Reaction.pass().before(Forgery.unrecognised())
                    : Reaction.pass();
        }
    },
    /** Sends some cells to the client twice. */
    REPLAYING_CELLS {
        @Override
        public Reaction meet(Passing passing) {
            return isCellBackward(passing) && passing.command().equals("RELAY") && sometimes(passing)
                    ? Reaction.pass().before(Forgery.cell(Direction.BACKWARD, "RELAY", passing.data()))
                    : Reaction.pass();
        }
    },
    /** Lets nobody out, whatever its policy says: to see who comes back by another way. */
    REFUSING_STREAMS {
        @Override
        public Reaction meet(Passing passing) {
            return passing.isFromClient("BEGIN")
                    ? Reaction.drop()
                            .before(Forgery.message("END", passing.streamId(), reason(EndReason.EXITPOLICY.wire())))
                    : Reaction.pass();
        }
    },
    /** Cuts circuits off where they would go on: perhaps the client goes on from there. */
    TRUNCATING {
        @Override
        public Reaction meet(Passing passing) {
            return passing.isFromClient("EXTEND2") && sometimes(passing)
                    ? Reaction.drop()
                            .before(Forgery.message("TRUNCATED", 0, reason(DestroyReason.CONNECTFAILED.wire())))
                    : Reaction.pass();
        }
    },
    /** Ends circuits in use, to have new ones built. */
    DESTROYING {
        @Override
        public Reaction meet(Passing passing) {
            return passing.kind() == Passing.Kind.MESSAGE
                            && passing.direction() == Direction.FORWARD
                            && sometimes(passing)
                    ? Reaction.drop().before(Forgery.destroy(DestroyReason.RESOURCELIMIT.wire()))
                    : Reaction.pass();
        }
    },
    /** Sends data on streams that there are not. */
    INVENTING_STREAMS {
        @Override
        public Reaction meet(Passing passing) {
            return passing.isFromRelay("CONNECTED") && sometimes(passing)
                    ? Reaction.pass()
                            .before(Forgery.message("DATA", 1 + passing.random().nextInt(65535), new byte[] {1}))
                    : Reaction.pass();
        }
    },
    /** Sends what no hop seems to have sent. */
    WRONG_DIGEST {
        @Override
        org.onion4j.testnet.Hostility forOneRelay() {
            return org.onion4j.testnet.Hostility.wrongDigest();
        }
    },
    /** Answers clients with the handshake of the first one. */
    REPLAYED_HANDSHAKE {
        @Override
        org.onion4j.testnet.Hostility forOneRelay() {
            return org.onion4j.testnet.Hostility.replayedHandshake();
        }
    },
    /** Answers each handshake twice. */
    UNEXPECTED_CREATED2 {
        @Override
        org.onion4j.testnet.Hostility forOneRelay() {
            return org.onion4j.testnet.Hostility.unexpectedCreated2();
        }
    },
    /** Sends more than any window has room for. */
    FLOOD {
        @Override
        org.onion4j.testnet.Hostility forOneRelay() {
            return org.onion4j.testnet.Hostility.flood(600);
        }
    };

    /** The ready-made ones remember what they have met: each relay has one of its own. */
    org.onion4j.testnet.Hostility forOneRelay() {
        return this;
    }

    @Override
    public Reaction meet(Passing passing) {
        throw new IllegalStateException(this + " is for one relay each");
    }

    private static boolean isCellBackward(Passing passing) {
        return passing.kind() == Passing.Kind.CELL && passing.direction() == Direction.BACKWARD;
    }

    private static byte[] reason(int wire) {
        return new byte[] {(byte) wire};
    }

    private static boolean sometimes(Passing passing) {
        return passing.random().nextInt(6) == 0;
    }
}
