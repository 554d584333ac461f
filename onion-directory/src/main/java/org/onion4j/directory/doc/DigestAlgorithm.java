package org.onion4j.directory.doc;

/** How a consensus is hashed before it is signed. Spec: dir-spec, "directory-signature". */
public enum DigestAlgorithm {
    SHA1,
    SHA256,
    /** One of the future; a signature that uses it is passed over. */
    UNKNOWN;

    /** The one of this name in a signature line. */
    static DigestAlgorithm ofKeyword(String keyword) {
        return switch (keyword) {
            case "sha1" -> SHA1;
            case "sha256" -> SHA256;
            default -> UNKNOWN;
        };
    }
}
