package org.onion4j.crypto.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.handshake.NtorV3Extensions.Field;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.testing.SeededRandom;

class HandshakePropertyTest {
    private static final X25519 ONION_KEY = X25519.generate(new SeededRandom(1));
    private static final RsaIdentity RSA_ID = RsaIdentity.copyOf(new SeededRandom(2).bytes(20));
    private static final Ed25519Identity ED_ID = Ed25519Identity.copyOf(new SeededRandom(3).bytes(32));

    @Property(tries = 40)
    void ntor_anyRandomness_bothSidesAgree(@ForAll long seed) throws HandshakeException {
        SeededRandom random = new SeededRandom(seed);
        NtorClient client = new NtorClient(RSA_ID, ONION_KEY.publicKey(), random);
        ServerReply server = NtorServer.answer(RSA_ID, ONION_KEY, client.onionskin(), random);
        assertSameKeys(client.finish(server.reply()).keys(), server.keys());
    }

    @Property(tries = 40)
    void ntorV3_anyMessages_bothSidesAgree(
            @ForAll long seed, @ForAll @Size(max = 300) byte[] asked, @ForAll @Size(max = 300) byte[] told)
            throws HandshakeException {
        SeededRandom random = new SeededRandom(seed);
        NtorV3Client client = new NtorV3Client(ED_ID, ONION_KEY.publicKey(), Bytes.copyOf(asked), random);
        NtorV3Server server = NtorV3Server.receive(ED_ID, ONION_KEY, client.onionskin());
        assertThat(server.clientMessage()).isEqualTo(Bytes.copyOf(asked));
        ServerReply reply = server.reply(Bytes.copyOf(told), random);
        HandshakeResult result = client.finish(reply.reply());
        assertThat(result.serverMessage()).isEqualTo(Bytes.copyOf(told));
        assertSameKeys(result.keys(), reply.keys());
    }

    @Property(tries = 60)
    void finish_anyBytes_throwsHandshakeAlone(@ForAll @Size(max = 509) byte[] reply) {
        List<ClientHandshake> all = ImmutableList.of(
                new CreateFastClient(new SeededRandom(4)),
                new NtorClient(RSA_ID, ONION_KEY.publicKey(), new SeededRandom(4)),
                new NtorV3Client(ED_ID, ONION_KEY.publicKey(), Bytes.EMPTY, new SeededRandom(4)));
        for (ClientHandshake one : all) {
            boolean refused = false;
            try {
                one.finish(Bytes.copyOf(reply)).close();
            } catch (HandshakeException e) {
                refused = true;
            }
            assertThat(refused).isTrue();
        }
    }

    @Property(tries = 300)
    void extensions_anyFields_roundTrip(@ForAll @Size(max = 20) Map<Byte, byte[]> bodies) throws WireFormatException {
        ImmutableList.Builder<Field> fields = ImmutableList.builder();
        bodies.forEach((type, body) -> fields.add(new Field(type & 0xff, Bytes.copyOf(body))));
        NtorV3Extensions message = new NtorV3Extensions(fields.build());
        assertThat(NtorV3Extensions.decode(message.encode())).isEqualTo(message);
    }

    @Property(tries = 500)
    void extensions_anyBytes_giveFieldsOrWireFormat(@ForAll @Size(max = 400) byte[] bytes) {
        try {
            Bytes encoded = NtorV3Extensions.decode(Bytes.copyOf(bytes)).encode();
            assertThat(Bytes.copyOf(bytes, 0, encoded.size())).isEqualTo(encoded);
        } catch (WireFormatException e) {
            assertThat(e).hasMessageContaining("extension");
        }
    }

    private static void assertSameKeys(KeyStream one, KeyStream other) {
        for (int length : new int[] {20, 20, 16, 16, 20, 1, 0, 160}) {
            assertThat(one.next(length).exposeArray())
                    .isEqualTo(other.next(length).exposeArray());
        }
    }
}
