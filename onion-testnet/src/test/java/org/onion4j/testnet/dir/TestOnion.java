package org.onion4j.testnet.dir;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.cert.CertifiedKeyType;
import org.onion4j.crypto.cert.Ed25519CertType;
import org.onion4j.crypto.cert.Ed25519Certificate;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.testnet.keys.SeededRandom;

/** An onion service as far as a directory sees it: any key stands for its blinded one. */
final class TestOnion {
    private final Ed25519KeyPair blinded;
    private final Ed25519KeyPair signing;

    TestOnion(long seed) {
        blinded = Ed25519KeyPair.generate(SeededRandom.of(seed, "blinded"));
        signing = Ed25519KeyPair.generate(SeededRandom.of(seed, "signing"));
    }

    Bytes blindedKey() {
        return blinded.publicKey();
    }

    /** A descriptor whose certificate holds for two days. */
    String descriptor(long revision, int lifetimeMinutes, Instant now) {
        return descriptor(revision, lifetimeMinutes, now, Ed25519CertType.BLINDED_V_DESCRIPTOR_SIGNING);
    }

    String descriptor(long revision, int lifetimeMinutes, Instant now, Ed25519CertType type) {
        Ed25519Certificate certificate = Ed25519Certificate.issue(
                type, now.plus(Duration.ofDays(2)), CertifiedKeyType.ED25519, signing.publicKey(), blinded);
        String text = new DocumentText()
                .line("hs-descriptor", 3)
                .line("descriptor-lifetime", lifetimeMinutes)
                .line("descriptor-signing-key-cert")
                .object("ED25519 CERT", certificate.encode())
                .line("revision-counter", revision)
                .line("superencrypted")
                .object("MESSAGE", Bytes.copyOf(new byte[200]))
                .toString();
        Bytes message =
                Bytes.copyOf(("Tor onion service descriptor sig v3" + text).getBytes(StandardCharsets.ISO_8859_1));
        return text + "signature " + DocumentText.base64(signing.sign(message)) + "\n";
    }
}
