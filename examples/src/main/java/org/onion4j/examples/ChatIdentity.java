package org.onion4j.examples;

import com.google.common.io.BaseEncoding;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.onion4j.api.OnionKeyException;
import org.onion4j.api.OnionServiceKey;

/**
 * Who somebody is in a chat: the owner of an onion address. An address is a public key, so its owner can prove to be it by a
 * signature; no third party has to be asked. Only the JDK is needed for this.
 */
final class ChatIdentity {
    private static final int KEY_LEN = 32;
    private static final int CHECKSUM_LEN = 2;
    private static final int VERSION = 3;
    private static final int ADDRESS_LEN = 56;
    private static final String SUFFIX = ".onion";

    private final byte[] seed;
    private final String address;

    private ChatIdentity(byte[] seed, String address) {
        this.seed = seed;
        this.address = address;
    }

    /** The identity that a file holds; it is made at first use, for its owner alone to read. */
    static ChatIdentity of(Path file) throws CommandException {
        try {
            create(file);
            byte[] seed = Files.readAllBytes(file);
            try (OnionServiceKey key = OnionServiceKey.ofSeed(seed)) {
                return new ChatIdentity(seed, key.address());
            }
        } catch (OnionKeyException e) {
            throw new CommandException(ExitStatus.BAD_ARGUMENTS, file + " holds no key: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new CommandException(ExitStatus.BAD_ARGUMENTS, Failures.unreadable(file, e), e);
        }
    }

    private static void create(Path file) throws IOException {
        byte[] seed = new byte[KEY_LEN];
        new SecureRandom().nextBytes(seed);
        try (SeekableByteChannel channel = Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap(seed));
        } catch (FileAlreadyExistsException e) {
            return; // from an earlier run
        }
    }

    String address() {
        return address;
    }

    /** The same key for the service, to be closed by the caller. */
    OnionServiceKey serviceKey() {
        try {
            return OnionServiceKey.ofSeed(seed);
        } catch (OnionKeyException e) {
            throw new IllegalStateException(e); // it was one before
        }
    }

    /**
     * Proves to the owner of {@code callee} that we are the owner of our address. Whom it is meant for is part of it, so
     * that he can't use it to be us elsewhere.
     */
    String prove(String callee, String challenge) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            PrivateKey key = KeyFactory.getInstance("Ed25519")
                    .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
            signature.initSign(key);
            signature.update(statement(callee, address, challenge));
            return BaseEncoding.base16().lowerCase().encode(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK from 15 on has Ed25519", e);
        }
    }

    /** Whether the owner of {@code caller} has proved to us that it is him. */
    boolean isProof(String caller, String challenge, String proof) {
        if (!isAddress(caller)) {
            return false;
        }
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(publicKey(caller));
            signature.update(statement(address, caller, challenge));
            return signature.verify(BaseEncoding.base16().lowerCase().decode(proof));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    private static byte[] statement(String callee, String caller, String challenge) {
        return ("onion4j chat 1\n" + callee + "\n" + caller + "\n" + challenge).getBytes(StandardCharsets.US_ASCII);
    }

    private static PublicKey publicKey(String address) throws GeneralSecurityException {
        byte[] littleEndian = Arrays.copyOf(decode(address), KEY_LEN);
        boolean odd = (littleEndian[KEY_LEN - 1] & 0x80) != 0;
        littleEndian[KEY_LEN - 1] &= 0x7f;
        byte[] y = new byte[KEY_LEN];
        for (int i = 0; i < KEY_LEN; i++) {
            y[i] = littleEndian[KEY_LEN - 1 - i];
        }
        EdECPoint point = new EdECPoint(odd, new BigInteger(1, y));
        return KeyFactory.getInstance("Ed25519")
                .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
    }

    private static byte[] decode(String address) {
        return BaseEncoding.base32().decode(address.substring(0, ADDRESS_LEN).toUpperCase(Locale.ROOT));
    }

    /** Whether a text is the address of an onion service in the one form in which it is compared: lower case, no port. */
    static boolean isAddress(String text) {
        if (text.length() != ADDRESS_LEN + SUFFIX.length()
                || !text.endsWith(SUFFIX)
                || !text.equals(text.toLowerCase(Locale.ROOT))) {
            return false;
        }
        byte[] all;
        try {
            all = decode(text);
        } catch (IllegalArgumentException e) {
            return false;
        }
        try {
            MessageDigest sha3 = MessageDigest.getInstance("SHA3-256");
            sha3.update(".onion checksum".getBytes(StandardCharsets.US_ASCII));
            sha3.update(all, 0, KEY_LEN);
            sha3.update((byte) VERSION);
            byte[] checksum = Arrays.copyOf(sha3.digest(), CHECKSUM_LEN);
            return all[KEY_LEN + CHECKSUM_LEN] == VERSION
                    && Arrays.equals(checksum, Arrays.copyOfRange(all, KEY_LEN, KEY_LEN + CHECKSUM_LEN));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK from 9 on has SHA-3", e);
        }
    }
}
