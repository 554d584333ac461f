package org.onion4j.hs.descriptor;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.cert.CertifiedKeyType;
import org.onion4j.crypto.cert.Ed25519CertType;
import org.onion4j.crypto.cert.Ed25519Certificate;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.crypto.primitive.Ed25519;
import org.onion4j.crypto.primitive.Ed25519Signer;
import org.onion4j.crypto.primitive.Wipe;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.hs.descriptor.LayerCipher.Layer;
import org.onion4j.hs.descriptor.LayerCipher.Secrets;

/**
 * Makes descriptors for a service, in the form in which C tor makes them, so that its own can't be told from others'.
 * Not for more than one thread. Spec: rend-spec-v3, "Hidden service descriptors".
 */
public final class DescriptorMaker {
    /** For how long the certificates in a descriptor are valid. */
    public static final Duration CERTIFICATE_LIFETIME = Duration.ofHours(54);

    private static final int PADDING_MULTIPLE = 10_000;
    private static final int CLIENTS_MULTIPLE = 16;
    /** The padded lines of clients with what stands around them; the next multiple would no longer fit. */
    private static final int MAX_MIDDLE_LEN = 3 * PADDING_MULTIPLE;

    private static final int MIDDLE_FIXED_LEN = 146;
    private static final int CLIENT_LEN = 70;
    private static final int INNER_FIXED_LEN = 178; // with all optional lines, salt and MAC
    private static final int POINT_LEN = 770; // of a relay with an IPv6 address
    private static final int BASE64_GROUP = 3;
    private static final int BASE64_LEN = 4;
    private static final int BASE64_LINE = 64;
    private static final byte[] NO_COOKIE = new byte[0];
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);

    private final ServiceKeys keys;
    private final Ed25519Certificate signingKeyCertificate;
    private final Ed25519Signer signingKey;
    private final RandomSource random;

    /**
     * A maker for one service and time period.
     *
     * @param signingKeyCertificate of {@link #certify}
     * @param signingKey the descriptor signing key, which stays the caller's
     */
    public DescriptorMaker(
            ServiceKeys keys, Ed25519Certificate signingKeyCertificate, Ed25519Signer signingKey, RandomSource random) {
        checkArgument(
                signingKeyCertificate.certifiedKey().equals(signingKey.publicKey()), "certificate of another key");
        this.keys = keys;
        this.signingKeyCertificate = signingKeyCertificate;
        this.signingKey = signingKey;
        this.random = random;
    }

    /** The certificate by which a blinded key lets another key sign descriptors. */
    public static Ed25519Certificate certify(Ed25519Signer blindedKey, Bytes signingKey, Instant now) {
        return Ed25519Certificate.issue(
                Ed25519CertType.BLINDED_V_DESCRIPTOR_SIGNING,
                now.plus(CERTIFICATE_LIFETIME),
                CertifiedKeyType.ED25519,
                signingKey,
                blindedKey);
    }

    /** How many authorized clients there is room for in any descriptor with so many introduction points. */
    public static int maxClients(int introductionPoints) {
        int inner = INNER_FIXED_LEN + introductionPoints * POINT_LEN;
        int base64 = (inner + BASE64_GROUP - 1) / BASE64_GROUP * BASE64_LEN;
        int lineFeeds = (base64 + BASE64_LINE - 1) / BASE64_LINE;
        int lines = (MAX_MIDDLE_LEN - MIDDLE_FIXED_LEN - base64 - lineFeeds) / CLIENT_LEN;
        return lines / CLIENTS_MULTIPLE * CLIENTS_MULTIPLE;
    }

    /**
     * The text of a descriptor.
     *
     * @param clients X25519 keys of the authorized clients; none if the service is for all
     */
    public Bytes make(Descriptor content, List<Bytes> clients, Instant now) {
        Secrets secrets = new Secrets(keys.blindedKey(), keys.subcredential(), content.revision());
        byte[] cookie = clients.isEmpty() ? NO_COOKIE : random.bytes(ClientAuthorization.COOKIE_LEN);
        Bytes inner = LayerCipher.encrypt(Layer.INNER, secrets, cookie, innerText(content, now), random);
        byte[] middleText = middleText(inner, clients, cookie);
        Wipe.all(cookie);
        int padded = (middleText.length + PADDING_MULTIPLE - 1) / PADDING_MULTIPLE * PADDING_MULTIPLE;
        Bytes middle = LayerCipher.encrypt(Layer.OUTER, secrets, NO_COOKIE, Arrays.copyOf(middleText, padded), random);
        Bytes signed = Bytes.copyOf(new DescriptorText()
                .line("hs-descriptor", 3)
                .line("descriptor-lifetime", content.lifetime().toMinutes())
                .line("descriptor-signing-key-cert")
                .certificate(signingKeyCertificate)
                .line("revision-counter", content.revision())
                .line("superencrypted")
                .object("MESSAGE", middle)
                .toBytes());
        Bytes signature = signingKey.sign(Bytes.concat(Bytes.copyOf(OuterLayer.SIGNATURE_PREFIX), signed));
        Bytes text = Bytes.concat(
                signed,
                Bytes.copyOf(new DescriptorText()
                        .line("signature", DescriptorText.unpadded(signature))
                        .toBytes()));
        checkState(text.size() <= OuterLayer.MAX_LEN, "descriptor of %s bytes", text.size());
        return text;
    }

    private byte[] innerText(Descriptor content, Instant now) {
        DescriptorText text = new DescriptorText().line("create2-formats", 2);
        if (content.singleOnionService()) {
            text.line("single-onion-service");
        }
        content.flowControl().ifPresent(flow -> text.line("flow-control", flow.versions(), flow.sendmeIncrement()));
        content.pow()
                .ifPresent(pow -> text.line(
                        "pow-params",
                        "v1",
                        DescriptorText.padded(pow.seed()),
                        pow.suggestedEffort(),
                        TIME.format(pow.expires().truncatedTo(ChronoUnit.SECONDS))));
        for (IntroductionPoint point : content.introductionPoints()) {
            section(text, point, now);
        }
        return text.toBytes();
    }

    private void section(DescriptorText text, IntroductionPoint point, Instant now) {
        WireWriter specifiers = new WireWriter();
        LinkSpecifier.encodeList(point.linkSpecifiers(), specifiers);
        text.line("introduction-point", DescriptorText.padded(specifiers.toBytes()))
                .line("onion-key", "ntor", DescriptorText.padded(point.onionKey()))
                .line("auth-key")
                .certificate(certificate(Ed25519CertType.DESCRIPTOR_SIGNING_V_INTRO_AUTH, point.authKey(), now))
                .line("enc-key", "ntor", DescriptorText.padded(point.encryptionKey()))
                .line("enc-key-cert")
                .certificate(certificate(
                        Ed25519CertType.DESCRIPTOR_SIGNING_V_INTRO_ENCRYPTION,
                        Ed25519.fromX25519(point.encryptionKey(), 0),
                        now));
    }

    /** Counted from the full hour before, as C tor has it. */
    private Ed25519Certificate certificate(Ed25519CertType type, Bytes key, Instant now) {
        Instant expires = now.truncatedTo(ChronoUnit.HOURS).plus(CERTIFICATE_LIFETIME);
        return Ed25519Certificate.issue(type, expires, CertifiedKeyType.ED25519, key, signingKey);
    }

    private byte[] middleText(Bytes inner, List<Bytes> clients, byte[] cookie) {
        try (X25519 ephemeral = X25519.generate(random)) {
            DescriptorText text = new DescriptorText()
                    .line("desc-auth-type", "x25519")
                    .line("desc-auth-ephemeral-key", DescriptorText.padded(ephemeral.publicKey()));
            for (ClientAuthorization line : authorizations(ephemeral, clients, cookie)) {
                text.line(
                        "auth-client",
                        DescriptorText.unpadded(line.clientId()),
                        DescriptorText.unpadded(line.iv()),
                        DescriptorText.unpadded(line.encryptedCookie()));
            }
            byte[] lines = text.line("encrypted").object("MESSAGE", inner).toBytes();
            return Arrays.copyOf(lines, lines.length - 1); // C tor leaves the last line feed out
        }
    }

    /** A line for each client, filled up with made-up ones to a multiple of 16, in random order. */
    private ImmutableList<ClientAuthorization> authorizations(X25519 ephemeral, List<Bytes> clients, byte[] cookie) {
        List<ClientAuthorization> lines = new ArrayList<>();
        for (Bytes client : clients) {
            Bytes iv = Bytes.copyOf(random.bytes(ClientAuthorization.IV_LEN));
            try (ClientAuthorization.Shared shared =
                    new ClientAuthorization.Shared(ephemeral, client, keys.subcredential())) {
                checkArgument(shared.isGood(), "the key of a client is of small order");
                lines.add(new ClientAuthorization(shared.clientId(), iv, Bytes.copyOf(shared.crypt(iv, cookie))));
            }
        }
        while (lines.isEmpty() || lines.size() % CLIENTS_MULTIPLE != 0) {
            lines.add(new ClientAuthorization(
                    Bytes.copyOf(random.bytes(ClientAuthorization.ID_LEN)),
                    Bytes.copyOf(random.bytes(ClientAuthorization.IV_LEN)),
                    Bytes.copyOf(random.bytes(ClientAuthorization.COOKIE_LEN))));
        }
        for (int i = lines.size() - 1; i > 0; i--) {
            Collections.swap(lines, i, random.nextInt(i + 1));
        }
        return ImmutableList.copyOf(lines);
    }
}
