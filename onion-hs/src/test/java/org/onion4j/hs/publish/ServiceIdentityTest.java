package org.onion4j.hs.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.crypto.primitive.BlindedKeyPair;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class ServiceIdentityTest {
    private static final TimePeriod PERIOD = new TimePeriod(20_573, 1440);

    private static Vector torFile() {
        return Vectors.of("hs-tor-key-file").get(0);
    }

    private static SecretBytes secret(byte... bytes) {
        return SecretBytes.adopt(bytes);
    }

    @Test
    void ofTorFile_madeByTor_hasItsAddress() throws Exception {
        Vector v = torFile();
        try (ServiceIdentity identity =
                ServiceIdentity.ofTorFile(secret(v.bytes("secret_key_file").toArray()))) {
            assertThat(identity.address().host()).isEqualTo(v.text("hostname"));
            Bytes file = v.bytes("public_key_file");
            assertThat(identity.publicKey()).isEqualTo(file.slice(32, file.size()));
        }
    }

    @Test
    void exposeTorFile_ofWhatWasRead_isTheSameFile() throws Exception {
        Bytes file = torFile().bytes("secret_key_file");
        try (ServiceIdentity identity = ServiceIdentity.ofTorFile(secret(file.toArray()));
                SecretBytes written = identity.exposeTorFile()) {
            assertThat(Bytes.copyOf(written.exposeArray())).isEqualTo(file);
        }
    }

    @Test
    void exposeTorFile_ofNewOne_isReadAgain() throws Exception {
        try (ServiceIdentity identity = ServiceIdentity.generate(new SeededRandom(1));
                SecretBytes written = identity.exposeTorFile();
                ServiceIdentity read = ServiceIdentity.ofTorFile(written)) {
            assertThat(read.address()).isEqualTo(identity.address());
        }
    }

    @Test
    void ofTorFile_publicKeyOrCutOrLonger_throws() {
        Vector v = torFile();
        byte[] file = v.bytes("secret_key_file").toArray();
        assertThatThrownBy(() -> ServiceIdentity.ofTorFile(
                        secret(v.bytes("public_key_file").toArray())))
                .isInstanceOf(ServiceIdentityException.class);
        assertThatThrownBy(() -> ServiceIdentity.ofTorFile(secret(Arrays.copyOf(file, 95))))
                .isInstanceOf(ServiceIdentityException.class);
        assertThatThrownBy(() -> ServiceIdentity.ofTorFile(secret(Arrays.copyOf(file, 97))))
                .isInstanceOf(ServiceIdentityException.class);
        byte[] otherHeader = file.clone();
        otherHeader[3] ^= 1;
        assertThatThrownBy(() -> ServiceIdentity.ofTorFile(secret(otherHeader)))
                .isInstanceOf(ServiceIdentityException.class);
    }

    @Test
    void ofExpanded_scalarNotPruned_throws() {
        byte[] expanded = new byte[64];
        Arrays.fill(expanded, (byte) 0xff);
        assertThatThrownBy(() -> ServiceIdentity.ofExpanded(secret(expanded)))
                .isInstanceOf(ServiceIdentityException.class)
                .hasMessageNotContaining("ff");
    }

    @Test
    void ofSeed_isThePairOfRfc8032() throws Exception {
        byte[] seed = new SeededRandom(2).bytes(32);
        try (ServiceIdentity identity = ServiceIdentity.ofSeed(secret(seed.clone()));
                Ed25519KeyPair pair = Ed25519KeyPair.ofSeed(secret(seed.clone()))) {
            assertThat(identity.publicKey()).isEqualTo(pair.publicKey());
        }
        assertThatThrownBy(() -> ServiceIdentity.ofSeed(secret(new byte[31])))
                .isInstanceOf(ServiceIdentityException.class);
    }

    @Test
    void blind_isWhatClientsComputeOfTheAddress() {
        try (ServiceIdentity identity = ServiceIdentity.generate(new SeededRandom(3));
                BlindedKeyPair blinded = identity.blind(PERIOD)) {
            assertThat(blinded.publicKey())
                    .isEqualTo(ServiceKeys.of(identity.address(), PERIOD).blindedKey());
        }
    }

    @Test
    void close_wipesThisOneAlone() {
        ServiceIdentity identity = ServiceIdentity.generate(new SeededRandom(4));
        try (ServiceIdentity copy = identity.copy()) {
            identity.close();
            assertThatThrownBy(() -> identity.blind(PERIOD)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(identity::exposeExpanded).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(identity::copy).isInstanceOf(IllegalStateException.class);
            copy.blind(PERIOD).close();
        }
    }

    @Test
    void toString_namesNothing() {
        try (ServiceIdentity identity = ServiceIdentity.generate(new SeededRandom(5))) {
            assertThat(identity.toString()).isEqualTo("ServiceIdentity");
        }
    }
}
