package org.onion4j.directory.doc;

import com.google.common.collect.ImmutableList;

/**
 * How the signatures under a consensus are.
 *
 * @param good authorities of the list with a signature that verifies
 * @param recognised signers that are on the list
 * @param total all signers
 * @param uncertified signers on the list that can't be judged for want of a certificate in date
 * @param authorities how many authorities the list has
 * @param missingCertificates the certificates that would help to judge them
 */
public record SignatureVerdict(
        int good,
        int recognised,
        int total,
        int uncertified,
        int authorities,
        ImmutableList<SigningKey> missingCertificates) {

    /** Whether the consensus may be trusted: more than half of the authorities signed it. */
    public boolean trusted() {
        return good > authorities / 2;
    }

    /** Whether the consensus is or may become trusted once the missing certificates are there. */
    public boolean mayBecomeTrusted() {
        return good + uncertified > authorities / 2;
    }

    /** As {@code GOOD/RECOGNISED/TOTAL}. */
    @Override
    public String toString() {
        return good + "/" + recognised + "/" + total;
    }
}
