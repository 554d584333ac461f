package org.onion4j.testnet.dir;

import com.google.common.net.InetAddresses;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.cert.CertifiedKeyType;
import org.onion4j.crypto.cert.Ed25519CertType;
import org.onion4j.crypto.cert.Ed25519Certificate;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ExitPolicy;
import org.onion4j.directory.doc.PortPolicy;
import org.onion4j.directory.doc.ServerDescriptor;
import org.onion4j.testnet.keys.RelayIdentity;

/**
 * Makes server descriptors, signed by both identities; without a TAP onion key, which means nothing any more. Static
 * methods: any thread that the keys allow. Spec: dir-spec, "Server descriptor format".
 */
public final class DescriptorMaker {
    /** How long the certificates in a descriptor hold. */
    private static final Duration LIFETIME = Duration.ofDays(60);

    private static final byte[] ED25519_PREFIX =
            "Tor router descriptor signature v1".getBytes(StandardCharsets.US_ASCII);
    private static final int GROUP_LEN = 4;

    private DescriptorMaker() {}

    /**
     * The descriptor of a relay.
     *
     * @param published its time, of which only whole seconds count
     * @param uptime for how long the relay has been running
     */
    public static ServerDescriptor make(RelayIdentity keys, RelayProfile profile, Instant published, Duration uptime) {
        try {
            return ServerDescriptor.parse(text(keys, profile, published, uptime));
        } catch (DocumentException e) {
            throw new IllegalStateException("a server descriptor that we made is no good", e);
        }
    }

    private static byte[] text(RelayIdentity keys, RelayProfile profile, Instant published, Duration uptime) {
        RelayIdentity.SigningKey signing = keys.signing();
        X25519 onionKey = keys.ntorKeys().get(0);
        DocumentText text = new DocumentText();
        text.line("router", profile.nickname(), profile.ipv4().getHostAddress(), profile.orPort(), 0, profile.dirPort())
                .line("identity-ed25519")
                .object("ED25519 CERT", signing.certificate().encode())
                .line("master-key-ed25519", keys.ed25519Identity().base64());
        if (profile.ipv6().isPresent()) {
            text.line("or-address", address(profile.ipv6().get()));
        }
        text.line("platform", profile.platform())
                .line("proto", profile.protocols())
                .line("published", DocumentText.time(published))
                .line("fingerprint", grouped(keys.rsaIdentity()))
                .line("uptime", uptime.toSeconds())
                .line("bandwidth", profile.bandwidth(), profile.bandwidth(), profile.bandwidth())
                .line("signing-key")
                .object("RSA PUBLIC KEY", keys.rsaKey().publicKey().encoded());
        crossCertificate(text, keys, onionKey, published);
        if (profile.services().contains(RelayProfile.Service.ONION_SERVICE_DIRECTORY)) {
            text.line("hidden-service-dir");
        }
        family(text, keys, profile, published);
        if (!profile.contact().isEmpty()) {
            text.line("contact", profile.contact());
        }
        text.line("ntor-onion-key", DocumentText.base64(onionKey.publicKey()));
        for (ExitPolicy.Rule rule : profile.exitPolicy().rules()) {
            text.line(rule);
        }
        if (!profile.ipv6Policy().equals(PortPolicy.REJECT_ALL)) {
            text.line("ipv6-policy", profile.ipv6Policy());
        }
        if (profile.services().contains(RelayProfile.Service.DIRECTORY)) {
            text.line("tunnelled-dir-server");
        }
        return sign(text, keys, signing.key());
    }

    private static void crossCertificate(DocumentText text, RelayIdentity keys, X25519 onionKey, Instant published) {
        try (Ed25519KeyPair ntor = onionKey.asEd25519()) {
            Ed25519Certificate certificate = Ed25519Certificate.issue(
                    Ed25519CertType.ONION_KEY_V_IDENTITY,
                    published.plus(LIFETIME),
                    CertifiedKeyType.ED25519,
                    keys.ed25519Identity().value(),
                    ntor);
            int signBit = ntor.publicKey().get(ntor.publicKey().size() - 1) >> 7 & 1;
            text.line("ntor-onion-key-crosscert", signBit).object("ED25519 CERT", certificate.encode());
        }
    }

    private static void family(DocumentText text, RelayIdentity keys, RelayProfile profile, Instant published) {
        if (!profile.family().isEmpty()) {
            StringBuilder words = new StringBuilder();
            for (RsaIdentity member : profile.family()) {
                words.append(words.length() == 0 ? "$" : " $").append(DocumentText.upperHex(member.value()));
            }
            text.line("family", words);
        }
        for (Ed25519KeyPair familyKey : profile.familyKeys()) {
            Ed25519Certificate certificate = Ed25519Certificate.issue(
                    Ed25519CertType.FAMILY_V_IDENTITY,
                    published.plus(LIFETIME),
                    CertifiedKeyType.ED25519,
                    keys.ed25519Identity().value(),
                    familyKey);
            text.line("family-cert").object("FAMILY CERT", certificate.encode());
        }
    }

    private static byte[] sign(DocumentText text, RelayIdentity keys, Ed25519KeyPair signing) {
        text.raw("router-sig-ed25519 ");
        Bytes digest = Digests.sha256(ED25519_PREFIX, text.bytes());
        text.raw(DocumentText.base64(signing.sign(digest))).raw("\n");
        text.line("router-signature");
        Bytes signature = keys.rsaKey().signDigest(Digests.sha1(text.bytes()));
        return text.object("SIGNATURE", signature).bytes();
    }

    private static String grouped(RsaIdentity identity) {
        String hex = DocumentText.upperHex(identity.value());
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < hex.length(); at += GROUP_LEN) {
            out.append(at == 0 ? "" : " ").append(hex, at, at + GROUP_LEN);
        }
        return out.toString();
    }

    /** An IPv6 address and its port as documents write them. */
    static String address(InetSocketAddress address) {
        return InetAddresses.toUriString(address.getAddress()) + ":" + address.getPort();
    }
}
