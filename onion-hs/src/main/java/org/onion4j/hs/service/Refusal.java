package org.onion4j.hs.service;

/** Why a service did not follow an introduction to its rendezvous point. */
public enum Refusal {
    /** More came in than could be dealt with. */
    FLOOD("more introductions than it can follow"),
    /** It had waited for so long that the client has given up. */
    TOO_LATE("introductions that had waited for too long"),
    /** The same had come before: a relay or a client repeats what it saw. */
    REPLAYED("introductions that had come before"),
    /** It was not made by somebody who knows our descriptor, or was changed on the way. */
    FORGED("introductions that are not authentic"),
    /** It makes no sense, though it is authentic. */
    MALFORMED("introductions that make no sense"),
    /** The relay that it names can't be gone to. */
    BAD_RENDEZVOUS_POINT("introductions to impossible rendezvous points"),
    /** As many are on their way to that relay, or to relays that the consensus doesn't list, as may be. */
    BUSY_RENDEZVOUS_POINT("introductions to rendezvous points that too many have named"),
    /** The proof of work in it is false, or answers a puzzle that isn't set any more. */
    BAD_WORK("introductions whose proof of work is not good"),
    /** As many clients are connected as may be. */
    TOO_MANY_CLIENTS("introductions of more clients than it takes");

    private final String text;

    Refusal(String text) {
        this.text = text;
    }

    /** What was refused, in words for a log. */
    String text() {
        return text;
    }
}
