package org.onion4j.testnet.dir;

import com.google.common.base.Joiner;
import java.net.Inet4Address;
import java.util.Locale;
import java.util.TreeSet;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.directory.doc.PortPolicy;
import org.onion4j.directory.doc.ServerDescriptor;

/** Makes microdescriptors of server descriptors. Static methods: any thread. Spec: dir-spec, "Computing microdescriptors". */
final class MicrodescriptorMaker {
    /** The consensus method from which on there are family ids. */
    static final int FAMILY_IDS_METHOD = 35;

    private static final int FINGERPRINT_WORD_LEN = 41;

    private MicrodescriptorMaker() {}

    /** The text that all who use this consensus method make. */
    static Bytes make(ServerDescriptor descriptor, int method) {
        DocumentText text = new DocumentText().line("onion-key");
        descriptor.keys().tapOnionKey().ifPresent(key -> text.object("RSA PUBLIC KEY", key));
        text.line("ntor-onion-key", DocumentText.base64(descriptor.keys().ntorOnionKey()));
        if (!descriptor.family().isEmpty()) {
            text.line("family", family(descriptor));
        }
        if (method >= FAMILY_IDS_METHOD && !descriptor.familyIds().isEmpty()) {
            text.line("family-ids", Joiner.on(' ').join(descriptor.familyIds()));
        }
        PortPolicy summary = descriptor.ipv4Policy().summary(Inet4Address.class);
        if (!summary.equals(PortPolicy.REJECT_ALL)) {
            text.line("p", summary);
        }
        if (!descriptor.ipv6Policy().equals(PortPolicy.REJECT_ALL)) {
            text.line("p6", descriptor.ipv6Policy());
        }
        text.line("id", "ed25519", descriptor.keys().ed25519Identity().base64());
        return Bytes.copyOf(text.bytes());
    }

    /** The SHA-256 digest by which consensuses name a microdescriptor. */
    static Bytes digest(Bytes text) {
        return Digests.sha256(text.toArray());
    }

    /** Identities in upper case and without nicknames, nicknames in lower case, all in order, none twice. */
    private static String family(ServerDescriptor descriptor) {
        TreeSet<String> words = new TreeSet<>();
        for (String word : descriptor.family()) {
            words.add(
                    word.startsWith("$")
                            ? word.substring(0, FINGERPRINT_WORD_LEN).toUpperCase(Locale.ROOT)
                            : word.toLowerCase(Locale.ROOT));
        }
        return Joiner.on(' ').join(words);
    }
}
