package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.doc.AuthorityCertificate;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.testnet.keys.RsaKey;

/**
 * An authority's keys for voting, apart from those that it has as a relay: identity and signing key, both RSA. They have
 * 1024 bits, the fewest that clients read, since they are made anew for each network. Immutable: any thread. Spec:
 * dir-spec, "Creating key certificates".
 */
public final class AuthorityKeys {
    /** How long certificates hold: as long as the shortest that operators of the public network make. */
    public static final Duration LIFETIME = Duration.ofDays(90);

    /** How long before its end a certificate is replaced. */
    private static final Duration RENEWAL = Duration.ofDays(60);

    private static final Duration BACKDATED = Duration.ofDays(1);
    private static final int BITS = 1024;

    private final RsaKey identityKey;
    private final RsaKey signingKey;
    private final AuthorityCertificate certificate;
    private final Optional<AuthorityCertificate> previous;

    private AuthorityKeys(
            RsaKey identityKey,
            RsaKey signingKey,
            AuthorityCertificate certificate,
            Optional<AuthorityCertificate> previous) {
        this.identityKey = identityKey;
        this.signingKey = signingKey;
        this.certificate = certificate;
        this.previous = previous;
    }

    /** New keys, with a certificate that holds from a day before {@code now} on. */
    public static AuthorityKeys generate(RandomSource random, Instant now) {
        return of(RsaKey.generate(BITS, random), RsaKey.generate(BITS, random), now.minus(BACKDATED), Optional.empty());
    }

    private static AuthorityKeys of(
            RsaKey identityKey, RsaKey signingKey, Instant published, Optional<AuthorityCertificate> previous) {
        String text = certificate(identityKey, signingKey, published, published.plus(LIFETIME));
        try {
            AuthorityCertificate certificate =
                    Iterables.getOnlyElement(AuthorityCertificate.parseAll(DocumentText.bytes(text)));
            return new AuthorityKeys(identityKey, signingKey, certificate, previous);
        } catch (DocumentException e) {
            throw new IllegalStateException("a certificate that we made is no good", e);
        }
    }

    /** The same identity with a new signing key, from a moment on. */
    public AuthorityKeys withNewSigningKey(RandomSource random, Instant now) {
        return of(identityKey, RsaKey.generate(BITS, random), now, Optional.of(certificate));
    }

    /** Whether the signing key should be replaced by now. */
    boolean isDue(Instant now) {
        return !certificate.expires().minus(RENEWAL).isAfter(now);
    }

    private static String certificate(RsaKey identityKey, RsaKey signingKey, Instant published, Instant expires) {
        Bytes fingerprint = identityKey.publicKey().identity().value();
        DocumentText text = new DocumentText()
                .line("dir-key-certificate-version", 3)
                .line("fingerprint", DocumentText.upperHex(fingerprint))
                .line("dir-key-published", DocumentText.time(published))
                .line("dir-key-expires", DocumentText.time(expires))
                .line("dir-identity-key")
                .object("RSA PUBLIC KEY", identityKey.publicKey().encoded())
                .line("dir-signing-key")
                .object("RSA PUBLIC KEY", signingKey.publicKey().encoded())
                .line("dir-key-crosscert")
                .object("ID SIGNATURE", signingKey.signDigest(fingerprint))
                .line("dir-key-certification");
        Bytes signature = identityKey.signDigest(Digests.sha1(text.bytes()));
        return text.object("SIGNATURE", signature).toString();
    }

    /** The v3 identity: what clients know the authority by. */
    public RsaIdentity identity() {
        return certificate.identity();
    }

    /** The certificate of the signing key. */
    public AuthorityCertificate certificate() {
        return certificate;
    }

    /** The certificates of the signing key and of the one before: consensuses with its signatures are about. Oldest first. */
    ImmutableList<AuthorityCertificate> certificates() {
        return Stream.concat(previous.stream(), Stream.of(certificate)).collect(ImmutableList.toImmutableList());
    }

    /** The SHA-1 digest of the signing key, 20 bytes. */
    public Bytes signingKeyDigest() {
        return certificate.signingKeyDigest();
    }

    /** The signing key's signature of a digest. */
    public Bytes sign(Bytes digest) {
        return signingKey.signDigest(digest);
    }

    /** Names the kind alone. */
    @Override
    public String toString() {
        return "AuthorityKeys";
    }
}
