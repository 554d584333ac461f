package org.onion4j.directory.fetch;

import org.onion4j.directory.doc.AuthorityCertificate;
import org.onion4j.directory.doc.Consensus;

/** The kinds of documents that a client asks for, and how much of each it takes. */
enum DocumentKind {
    CONSENSUS(Consensus.MAX_LEN),
    CERTIFICATES(AuthorityCertificate.MAX_TOTAL_LEN),
    /** Up to {@link DirectoryRequest#MAX_MICRODESCRIPTORS} of them. */
    MICRODESCRIPTORS(8 << 20),
    /** One of an onion service. */
    ONION_DESCRIPTOR(50_000);

    private final int maxLen;

    DocumentKind(int maxLen) {
        this.maxLen = maxLen;
    }

    /** The most bytes of an answer's body, before and after decompression. */
    int maxLen() {
        return maxLen;
    }
}
