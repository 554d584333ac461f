package org.onion4j.directory.doc;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;

/**
 * A random value that the authorities made together. Spec: dir-spec, "shared-rand-current-value".
 *
 * @param reveals how many authorities took part
 * @param value 32 bytes
 */
public record SharedRandomValue(int reveals, Bytes value) {
    /** Size of the value in bytes. */
    public static final int LEN = 32;

    public SharedRandomValue {
        checkArgument(value.size() == LEN, "shared random value of %s bytes", value.size());
    }
}
