package org.onion4j.hs.publish;

/** Why a directory hasn't got a descriptor. */
public enum UploadFailure {
    /** There was no circuit to it, or it did not answer in time. */
    UNREACHABLE,
    /** It answered that it doesn't take the descriptor. */
    REFUSED,
    /** Its answer makes no sense. */
    BAD_ANSWER
}
