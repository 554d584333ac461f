package org.onion4j.crypto.onion;

import com.google.errorprone.annotations.Immutable;
import java.nio.charset.StandardCharsets;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.primitive.BlindedKeyPair;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.primitive.Ed25519KeyPair;

/**
 * What everybody who knows the address of an onion service knows of its keys in one time period. Spec: rend-spec-v3,
 * "Key derivation", "Deriving blinded keys and subcredentials".
 *
 * @param address of the service
 * @param period for which this holds
 * @param blindedKey KP_hs_blind_id, by which directories know the service, 32 bytes
 * @param subcredential 32 bytes that directories don't know: its descriptor is encrypted with it
 */
@Immutable
public record ServiceKeys(OnionAddress address, TimePeriod period, Bytes blindedKey, Bytes subcredential) {
    private static final byte[] BLIND_LABEL = ascii("Derive temporary signing key\0");
    private static final byte[] NONCE_LABEL = ascii("key-blind");
    private static final byte[] CREDENTIAL_LABEL = ascii("credential");
    private static final byte[] SUBCREDENTIAL_LABEL = ascii("subcredential");
    private static final byte[] BASE_POINT =
            ascii("(15112221349535400772501151409588531511454012693041857206046113283949847762202, "
                    + "46316835694926478169428394003475163141307993866256225615783033603165251855960)");

    /** The keys of a service in a period. */
    public static ServiceKeys of(OnionAddress address, TimePeriod period) {
        Bytes blinded = BlindedKeyPair.blind(address.identity(), blindingFactor(address, period));
        return new ServiceKeys(address, period, blinded, subcredential(address, blinded));
    }

    /** The secret half of the blinded key, which the caller closes. */
    public static BlindedKeyPair blind(Ed25519KeyPair identity, TimePeriod period) {
        return identity.blind(blindingFactor(new OnionAddress(identity.publicKey()), period));
    }

    /** The factor h, before it is pruned. */
    static Bytes blindingFactor(OnionAddress address, TimePeriod period) {
        return Digests.sha3(
                BLIND_LABEL,
                address.identity().toArray(),
                BASE_POINT,
                NONCE_LABEL,
                period.numberThenLength().toArray());
    }

    static Bytes credential(OnionAddress address) {
        return Digests.sha3(CREDENTIAL_LABEL, address.identity().toArray());
    }

    private static Bytes subcredential(OnionAddress address, Bytes blindedKey) {
        return Digests.sha3(SUBCREDENTIAL_LABEL, credential(address).toArray(), blindedKey.toArray());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Says nothing of the service. */
    @Override
    public String toString() {
        return "ServiceKeys";
    }
}
