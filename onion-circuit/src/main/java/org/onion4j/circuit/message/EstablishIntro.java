package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.primitive.Ed25519Signer;
import org.onion4j.crypto.primitive.Sha3Mac;

/**
 * ESTABLISH_INTRO: an onion service asks a relay to be its introduction point. Spec: rend-spec-v3, "Requesting an
 * introduction point". Data: AUTH_KEY_TYPE 1 byte (2), AUTH_KEY_LEN 2 bytes (32), AUTH_KEY, extensions, HANDSHAKE_AUTH 32
 * bytes, SIG_LEN 2 bytes (64), SIG. Whether MAC and signature are good is not looked at here.
 *
 * @param authKey Ed25519 key by which clients name this introduction point, 32 bytes
 * @param extensions at most 255
 * @param handshakeAuth MAC of {@link #macInput} under the circuit's KH, 32 bytes
 * @param signature of {@link #signatureInput} by the authentication key, 64 bytes
 */
public record EstablishIntro(
        Bytes authKey, ImmutableList<MessageExtension> extensions, Bytes handshakeAuth, Bytes signature)
        implements RelayMessage {
    /** Size in bytes of HANDSHAKE_AUTH. */
    public static final int MAC_LEN = 32;
    /** Size in bytes of SIG. */
    public static final int SIGNATURE_LEN = 64;

    private static final Bytes SIGNATURE_PREFIX =
            Bytes.copyOf("Tor establish-intro cell v1".getBytes(StandardCharsets.US_ASCII));

    public EstablishIntro {
        IntroductionKey.check(authKey);
        checkArgument(extensions.size() <= MessageExtension.MAX_COUNT, "%s extensions", extensions.size());
        checkArgument(handshakeAuth.size() == MAC_LEN, "HANDSHAKE_AUTH of %s bytes", handshakeAuth.size());
        checkArgument(signature.size() == SIGNATURE_LEN, "signature of %s bytes", signature.size());
    }

    /**
     * The message of a service that holds the authentication key.
     *
     * @param kh that of the circuit's handshake with the relay, which stays the caller's to wipe
     */
    public static EstablishIntro signed(
            Ed25519Signer authKey, ImmutableList<MessageExtension> extensions, SecretBytes kh) {
        Bytes key = authKey.publicKey();
        Bytes mac = Bytes.copyOf(
                Sha3Mac.of(kh.exposeArray(), macInput(key, extensions).toArray()));
        return new EstablishIntro(key, extensions, mac, authKey.sign(signatureInput(key, extensions, mac)));
    }

    static EstablishIntro decode(WireReader in) throws WireFormatException {
        Bytes key = IntroductionKey.decode(in);
        ImmutableList<MessageExtension> extensions = MessageExtension.decodeList(in);
        Bytes mac = in.bytes(MAC_LEN, "HANDSHAKE_AUTH");
        int length = in.u16("SIG_LEN");
        if (length != SIGNATURE_LEN) {
            throw new WireFormatException("ESTABLISH_INTRO with a signature of " + length + " bytes");
        }
        return new EstablishIntro(key, extensions, mac, in.bytes(SIGNATURE_LEN, "SIG"));
    }

    /** What HANDSHAKE_AUTH authenticates: all fields before it. */
    public static Bytes macInput(Bytes authKey, ImmutableList<MessageExtension> extensions) {
        WireWriter out = new WireWriter();
        IntroductionKey.encode(authKey, out);
        MessageExtension.encodeList(extensions, out);
        return out.toBytes();
    }

    /** What SIG signs: a prefix, and all fields up to and with HANDSHAKE_AUTH. */
    public static Bytes signatureInput(Bytes authKey, ImmutableList<MessageExtension> extensions, Bytes handshakeAuth) {
        return Bytes.concat(SIGNATURE_PREFIX, macInput(authKey, extensions), handshakeAuth);
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.ESTABLISH_INTRO;
    }

    @Override
    public void encode(WireWriter out) {
        out.bytes(macInput(authKey, extensions))
                .bytes(handshakeAuth)
                .u16(SIGNATURE_LEN)
                .bytes(signature);
    }

    /** Without the key, which names the service's introduction point. */
    @Override
    public String toString() {
        return "EstablishIntro";
    }
}
