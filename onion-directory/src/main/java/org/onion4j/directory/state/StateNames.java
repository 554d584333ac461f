package org.onion4j.directory.state;

import static com.google.common.base.Preconditions.checkArgument;

/** The rule for names and sizes, which every store enforces. */
final class StateNames {
    private StateNames() {}

    static void check(String name) {
        checkArgument(isLegal(name), "not a name of state: %s", name);
    }

    static void checkSize(byte[] content) {
        checkArgument(content.length <= StateStore.MAX_CONTENT_LEN, "state of %s bytes", content.length);
    }

    private static boolean isLegal(String name) {
        if (name.isEmpty() || name.length() > StateStore.MAX_NAME_LEN || !isLetter(name.charAt(0))) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!isLetter(c) && !(c >= '0' && c <= '9') && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z';
    }
}
