package org.onion4j.circuit.cell;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.onion4j.crypto.bytes.Bytes;

/** Any value of each kind of cell. */
public final class CellArbitraries {
    private CellArbitraries() {}

    /** An arbitrary for each type of {@link ChannelMessage}. */
    static ImmutableMap<Class<? extends ChannelMessage>, Arbitrary<? extends ChannelMessage>> byType() {
        return ImmutableMap.<Class<? extends ChannelMessage>, Arbitrary<? extends ChannelMessage>>builder()
                .put(AuthChallenge.class, authChallenges())
                .put(Authenticate.class, authenticates())
                .put(Certs.class, certs())
                .put(Create2.class, create2s())
                .put(CreateFast.class, bytes(CreateFast.X_LEN, CreateFast.X_LEN).map(CreateFast::new))
                .put(Created2.class, bytes(1, Created2.MAX_HDATA_LEN).map(Created2::new))
                .put(CreatedFast.class, bytes(40, 40).map(CreatedFast::new))
                .put(Destroy.class, destroyReasons().map(Destroy::new))
                .put(Netinfo.class, netinfos())
                .put(Padding.class, Arbitraries.just(new Padding()))
                .put(PaddingNegotiate.class, paddingNegotiates())
                .put(
                        RelayCell.class,
                        bytes(CellFrame.CELL_BODY_LEN, CellFrame.CELL_BODY_LEN).map(RelayCell::new))
                .put(
                        RelayEarlyCell.class,
                        bytes(CellFrame.CELL_BODY_LEN, CellFrame.CELL_BODY_LEN).map(RelayEarlyCell::new))
                .put(UnknownCell.class, unknownCells())
                .put(
                        Versions.class,
                        u16().list().ofMaxSize(20).map(ImmutableList::copyOf).map(Versions::new))
                .put(Vpadding.class, u16().map(Vpadding::new))
                .buildOrThrow();
    }

    /** Byte strings of a range of sizes. */
    public static Arbitrary<Bytes> bytes(int min, int max) {
        return Arbitraries.bytes()
                .array(byte[].class)
                .ofMinSize(min)
                .ofMaxSize(max)
                .map(Bytes::copyOf);
    }

    /** Numbers of 1 byte. */
    public static Arbitrary<Integer> u8() {
        return Arbitraries.integers().between(0, 0xff);
    }

    /** Numbers of 2 bytes. */
    public static Arbitrary<Integer> u16() {
        return Arbitraries.integers().between(0, 0xffff);
    }

    /** Numbers of 4 bytes. */
    public static Arbitrary<Long> u32() {
        return Arbitraries.longs().between(0, 0xffffffffL);
    }

    /** Known and unknown reasons. */
    public static Arbitrary<DestroyReason> destroyReasons() {
        return u8().map(DestroyReason::ofWire);
    }

    /** Handshake type and data of a client. */
    public static Arbitrary<Create2> create2s() {
        Arbitrary<HandshakeType> types = Arbitraries.oneOf(
                Arbitraries.just(HandshakeType.NTOR_V3),
                Arbitraries.integers().between(4, 0xffff).map(HandshakeType::ofWire));
        return Arbitraries.oneOf(
                bytes(84, 84).map(data -> new Create2(HandshakeType.NTOR, data)),
                Combinators.combine(types, bytes(0, Create2.MAX_HDATA_LEN)).as(Create2::new));
    }

    private static Arbitrary<AuthChallenge> authChallenges() {
        return Combinators.combine(bytes(32, 32), u16().list().ofMaxSize(10))
                .as((challenge, methods) -> new AuthChallenge(challenge, ImmutableList.copyOf(methods)));
    }

    private static Arbitrary<Authenticate> authenticates() {
        return Combinators.combine(u16(), bytes(0, 600)).as(Authenticate::new);
    }

    private static Arbitrary<Certs> certs() {
        Arbitrary<Certs.Cert> cert =
                Combinators.combine(u8().map(CertType::ofWire), bytes(0, 300)).as(Certs.Cert::new);
        return cert.list()
                .ofMaxSize(8)
                .uniqueElements(Certs.Cert::type)
                .map(list -> new Certs(ImmutableList.copyOf(list)));
    }

    private static Arbitrary<Netinfo> netinfos() {
        Arbitrary<Netinfo.Address> other = u8().filter(type -> type != 4 && type != 6)
                .flatMap(type -> bytes(0, 20).map(value -> new Netinfo.Address(type, value)));
        Arbitrary<Netinfo.Address> address = Arbitraries.oneOf(List.of(
                bytes(4, 4).map(value -> new Netinfo.Address(Netinfo.Address.IPV4, value)),
                bytes(16, 16).map(value -> new Netinfo.Address(Netinfo.Address.IPV6, value)),
                other));
        return Combinators.combine(u32(), address, address.list().ofMaxSize(5))
                .as((time, seen, mine) -> new Netinfo(time, seen, ImmutableList.copyOf(mine)));
    }

    private static Arbitrary<PaddingNegotiate> paddingNegotiates() {
        return Combinators.combine(Arbitraries.of(PaddingAction.class), u16(), u16())
                .as(PaddingNegotiate::new);
    }

    private static Arbitrary<UnknownCell> unknownCells() {
        Arbitrary<CellCommand> commands =
                u8().map(CellCommand::ofWire).filter(command -> !ChannelMessages.hasType(command));
        return Combinators.combine(commands, bytes(CellFrame.CELL_BODY_LEN, CellFrame.CELL_BODY_LEN))
                .as(UnknownCell::new);
    }
}
