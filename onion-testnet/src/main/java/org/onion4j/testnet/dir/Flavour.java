package org.onion4j.testnet.dir;

import org.onion4j.directory.doc.DigestAlgorithm;

/** The two forms in which authorities publish what they agree on. Spec: dir-spec, "Microdescriptor consensus". */
public enum Flavour {
    /** With the digests of server descriptors: for authorities and caches. */
    NS("consensus", "", DigestAlgorithm.SHA1),
    /** With the digests of microdescriptors: for everybody else. */
    MICRODESC("consensus-microdesc", "microdesc", DigestAlgorithm.SHA256);

    private final String resource;
    private final String keyword;
    private final DigestAlgorithm digestAlgorithm;

    Flavour(String resource, String keyword, DigestAlgorithm digestAlgorithm) {
        this.resource = resource;
        this.keyword = keyword;
        this.digestAlgorithm = digestAlgorithm;
    }

    /** The name in requests. */
    String resource() {
        return resource;
    }

    /** The word in the first line of the document. */
    String keyword() {
        return keyword;
    }

    /** The digest that authorities sign. */
    DigestAlgorithm digestAlgorithm() {
        return digestAlgorithm;
    }
}
