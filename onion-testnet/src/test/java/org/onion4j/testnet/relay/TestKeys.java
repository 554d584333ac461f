package org.onion4j.testnet.relay;

import com.google.common.collect.ImmutableList;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.cert.RelayIdentities;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;

/** Keys of a relay whose links prove nothing. */
record TestKeys(RsaIdentity rsaIdentity, Ed25519Identity ed25519Identity, ImmutableList<X25519> onionKeys)
        implements RelayKeys {
    static TestKeys make(RandomSource random) {
        return new TestKeys(
                new RsaIdentity(Bytes.copyOf(random.bytes(RsaIdentity.LEN))),
                new Ed25519Identity(Ed25519KeyPair.generate(random).publicKey()),
                ImmutableList.of(X25519.generate(random)));
    }

    RelayIdentities identities() {
        return new RelayIdentities(rsaIdentity, ed25519Identity);
    }
}
