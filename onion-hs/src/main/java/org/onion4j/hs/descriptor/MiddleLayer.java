package org.onion4j.hs.descriptor;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ItemReader;

/**
 * What everybody can read of a descriptor who knows the service's address: who is authorized, and the inner layer. Both
 * are made up where the service is for all. Immutable. Spec: rend-spec-v3, "First layer plaintext format".
 *
 * @param ephemeralKey X25519 key for the authorization, 32 bytes
 * @param clients a line for each authorized client, and made-up ones
 * @param encrypted the blob of the inner layer of encryption
 */
record MiddleLayer(Bytes ephemeralKey, ImmutableList<ClientAuthorization> clients, Bytes encrypted) {
    static MiddleLayer parse(byte[] text) throws DescriptorException {
        try {
            return read(text);
        } catch (DocumentException e) {
            throw DescriptorException.invalid("middle layer", e);
        }
    }

    private static MiddleLayer read(byte[] text) throws DocumentException {
        Fields fields = new Fields(text, 0, text.length, "auth-client");
        ItemReader in = fields.in;
        fields.expectFirst("desc-auth-type");
        fields.takeLine();
        if (!in.text("type").equals("x25519")) {
            throw in.fault("unknown kind of authorization");
        }
        Bytes ephemeralKey = null;
        ImmutableList.Builder<ClientAuthorization> clients = ImmutableList.builder();
        Bytes encrypted = null;
        while (fields.next()) {
            switch (fields.keyword()) {
                case "desc-auth-ephemeral-key" -> {
                    fields.takeLine();
                    ephemeralKey = in.base64(X25519.LEN, "ephemeral key");
                }
                case "auth-client" -> {
                    fields.takeLine();
                    clients.add(new ClientAuthorization(
                            in.base64(ClientAuthorization.ID_LEN, "client ID"),
                            in.base64(ClientAuthorization.IV_LEN, "IV"),
                            in.base64(ClientAuthorization.COOKIE_LEN, "cookie")));
                }
                case "encrypted" -> {
                    fields.take();
                    encrypted = in.object("MESSAGE");
                }
                case "desc-auth-type" -> throw in.fault("desc-auth-type twice");
                default -> {} // of a later version
            }
        }
        fields.require("desc-auth-ephemeral-key", "auth-client", "encrypted");
        return new MiddleLayer(ephemeralKey, clients.build(), encrypted);
    }

    /** The descriptor cookie of a client, if it is authorized; the caller closes it. */
    Optional<SecretBytes> cookie(X25519 clientKey, Bytes subcredential) {
        try (ClientAuthorization.Shared shared =
                new ClientAuthorization.Shared(clientKey, ephemeralKey, subcredential)) {
            if (!shared.isGood()) {
                return Optional.empty();
            }
            for (ClientAuthorization client : clients) {
                if (client.clientId().equals(shared.clientId())) {
                    return Optional.of(SecretBytes.adopt(
                            shared.crypt(client.iv(), client.encryptedCookie().toArray())));
                }
            }
            return Optional.empty();
        }
    }

    /** Says nothing. */
    @Override
    public String toString() {
        return "MiddleLayer";
    }
}
