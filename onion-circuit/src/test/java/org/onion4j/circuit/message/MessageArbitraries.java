package org.onion4j.circuit.message;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.onion4j.circuit.cell.CellArbitraries;
import org.onion4j.circuit.cell.Create2;
import org.onion4j.circuit.cell.Created2;
import org.onion4j.circuit.cell.PaddingAction;
import org.onion4j.circuit.linkspec.IpAddresses;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.circuit.linkspec.LinkSpecifierArbitraries;
import org.onion4j.crypto.bytes.Bytes;

/** Any value of each kind of relay message that fits a cell. */
final class MessageArbitraries {
    private MessageArbitraries() {}

    /** An arbitrary for each type of {@link RelayMessage}. */
    static ImmutableMap<Class<? extends RelayMessage>, Arbitrary<? extends RelayMessage>> byType() {
        return ImmutableMap.<Class<? extends RelayMessage>, Arbitrary<? extends RelayMessage>>builder()
                .put(Begin.class, begins())
                .put(BeginDir.class, Arbitraries.just(new BeginDir()))
                .put(Connected.class, connecteds())
                .put(Data.class, bytes(0, RelayBody.MAX_DATA_LEN).map(Data::new))
                .put(Drop.class, Arbitraries.just(new Drop()))
                .put(End.class, ends())
                .put(EstablishIntro.class, establishIntros())
                .put(EstablishRendezvous.class, cookies().map(EstablishRendezvous::new))
                .put(IntroEstablished.class, extensions().map(IntroEstablished::new))
                .put(
                        Introduce1.class,
                        Combinators.combine(bytes(32, 32), extensions(), bytes(1, 100))
                                .as(Introduce1::new))
                .put(
                        Introduce2.class,
                        Combinators.combine(bytes(32, 32), extensions(), bytes(1, 100))
                                .as(Introduce2::new))
                .put(
                        IntroduceAck.class,
                        Combinators.combine(Arbitraries.integers().between(0, 0xffff), extensions())
                                .as(IntroduceAck::new))
                .put(
                        Rendezvous1.class,
                        Combinators.combine(cookies(), bytes(0, 478)).as(Rendezvous1::new))
                .put(Rendezvous2.class, bytes(0, 498).map(Rendezvous2::new))
                .put(RendezvousEstablished.class, Arbitraries.just(new RendezvousEstablished()))
                .put(Extend2.class, extend2s())
                .put(Extended2.class, bytes(1, Created2.MAX_HDATA_LEN).map(Extended2::new))
                .put(PaddingNegotiate.class, paddingNegotiates())
                .put(PaddingNegotiated.class, paddingNegotiateds())
                .put(Resolve.class, printable(Resolve.MAX_NAME_LEN).map(Resolve::new))
                .put(Resolved.class, resolveds())
                .put(Sendme.class, sendmes())
                .put(Truncate.class, CellArbitraries.destroyReasons().map(Truncate::new))
                .put(Truncated.class, CellArbitraries.destroyReasons().map(Truncated::new))
                .put(UnknownMessage.class, unknownMessages())
                .put(Xoff.class, Arbitraries.just(new Xoff()))
                .put(Xon.class, CellArbitraries.u32().map(Xon::new))
                .buildOrThrow();
    }

    private static Arbitrary<Bytes> bytes(int min, int max) {
        return CellArbitraries.bytes(min, max);
    }

    private static Arbitrary<String> printable(int max) {
        return Arbitraries.strings().withCharRange('!', '~').ofMinLength(1).ofMaxLength(max);
    }

    private static Arbitrary<InetAddress> addresses() {
        return Arbitraries.oneOf(
                bytes(4, 4).map(IpAddresses::ipv4), bytes(16, 16).map(IpAddresses::ipv6));
    }

    private static Arbitrary<Begin> begins() {
        Arbitrary<String> names = printable(Begin.MAX_ADDRESS_LEN).filter(Begin::isAddress);
        Arbitrary<String> ipv6 =
                bytes(16, 16).map(b -> "[" + IpAddresses.ipv6(b).getHostAddress() + "]");
        Arbitrary<Long> flags = Arbitraries.oneOf(Arbitraries.just(0L), CellArbitraries.u32());
        return Combinators.combine(
                        Arbitraries.oneOf(names, ipv6), Arbitraries.integers().between(1, 0xffff), flags)
                .as(Begin::new);
    }

    private static Arbitrary<Connected> connecteds() {
        Arbitrary<InetAddress> told = Arbitraries.oneOf(
                bytes(4, 4).map(IpAddresses::ipv4).filter(a -> !a.isAnyLocalAddress()),
                bytes(16, 16).map(IpAddresses::ipv6));
        Arbitrary<OptionalLong> ttl = Arbitraries.oneOf(
                Arbitraries.just(OptionalLong.empty()),
                Arbitraries.longs().between(0, Integer.MAX_VALUE).map(OptionalLong::of));
        return Arbitraries.oneOf(
                Arbitraries.just(Connected.withoutAddress()),
                Combinators.combine(told.map(Optional::of), ttl).as(Connected::new));
    }

    private static Arbitrary<End> ends() {
        Arbitrary<OptionalLong> ttl = Arbitraries.oneOf(
                Arbitraries.just(OptionalLong.empty()), CellArbitraries.u32().map(OptionalLong::of));
        return Arbitraries.oneOf(
                CellArbitraries.u8().map(EndReason::ofWire).map(End::of),
                Combinators.combine(addresses().map(Optional::of), ttl)
                        .as((address, t) -> new End(EndReason.EXITPOLICY, address, t)));
    }

    private static Arbitrary<Bytes> cookies() {
        return bytes(EstablishRendezvous.COOKIE_LEN, EstablishRendezvous.COOKIE_LEN);
    }

    private static Arbitrary<ImmutableList<MessageExtension>> extensions() {
        return Combinators.combine(CellArbitraries.u8(), bytes(0, 40))
                .as(MessageExtension::new)
                .list()
                .ofMaxSize(5)
                .map(ImmutableList::copyOf);
    }

    private static Arbitrary<EstablishIntro> establishIntros() {
        return Combinators.combine(bytes(32, 32), extensions(), bytes(32, 32), bytes(64, 64))
                .as(EstablishIntro::new);
    }

    private static Arbitrary<Extend2> extend2s() {
        Arbitrary<LinkSpecifier> address =
                Arbitraries.oneOf(LinkSpecifierArbitraries.ipv4s(), LinkSpecifierArbitraries.ipv6s());
        Arbitrary<List<LinkSpecifier>> others = Arbitraries.<LinkSpecifier>oneOf(
                        LinkSpecifierArbitraries.unknowns(),
                        LinkSpecifierArbitraries.ipv4s(),
                        LinkSpecifierArbitraries.ipv6s())
                .list()
                .ofMaxSize(3);
        Arbitrary<Optional<LinkSpecifier.Ed25519Id>> ed25519 =
                LinkSpecifierArbitraries.ed25519Ids().optional();
        Arbitrary<Create2> handshakes =
                CellArbitraries.create2s().filter(create -> create.data().size() <= 200);
        return Combinators.combine(address, LinkSpecifierArbitraries.rsaIds(), ed25519, others, handshakes)
                .as((first, rsa, ed, more, handshake) -> {
                    List<LinkSpecifier> all = new ArrayList<>(more);
                    ed.ifPresent(all::add);
                    all.add(rsa);
                    all.add(first);
                    return new Extend2(ImmutableList.copyOf(all).reverse(), handshake.type(), handshake.data());
                });
    }

    private static Arbitrary<PaddingNegotiate> paddingNegotiates() {
        return Combinators.combine(
                        Arbitraries.of(PaddingAction.class),
                        CellArbitraries.u8(),
                        Arbitraries.of(0, 1),
                        CellArbitraries.u32())
                .as(PaddingNegotiate::new);
    }

    private static Arbitrary<PaddingNegotiated> paddingNegotiateds() {
        return Combinators.combine(
                        Arbitraries.of(PaddingAction.class),
                        Arbitraries.of(PaddingNegotiated.OK, PaddingNegotiated.ERR),
                        CellArbitraries.u8(),
                        CellArbitraries.u32())
                .as(PaddingNegotiated::new);
    }

    private static Arbitrary<Resolved> resolveds() {
        Arbitrary<Integer> otherTypes = CellArbitraries.u8().filter(t -> t != 0 && t != 4 && t != 6);
        Arbitrary<Resolved.Answer> other = Combinators.combine(otherTypes, bytes(0, 60), CellArbitraries.u32())
                .as(Resolved.Answer::new);
        Arbitrary<Resolved.Answer> name = Combinators.combine(bytes(1, 60), CellArbitraries.u32())
                .as((value, ttl) -> new Resolved.Answer(Resolved.HOSTNAME, value, ttl));
        Arbitrary<Resolved.Answer> address =
                Combinators.combine(addresses(), CellArbitraries.u32()).as(Resolved.Answer::of);
        return Arbitraries.oneOf(other, name, address)
                .list()
                .ofMaxSize(7)
                .map(list -> new Resolved(ImmutableList.copyOf(list)));
    }

    private static Arbitrary<Sendme> sendmes() {
        return Arbitraries.oneOf(
                Arbitraries.just(Sendme.withoutTag()),
                bytes(Sendme.TAG_LEN, Sendme.TAG_LEN).map(Sendme::withTag),
                bytes(Sendme.CGO_TAG_LEN, Sendme.CGO_TAG_LEN).map(Sendme::withTag));
    }

    private static Arbitrary<UnknownMessage> unknownMessages() {
        Arbitrary<RelayCommand> commands =
                CellArbitraries.u8().map(RelayCommand::ofWire).filter(command -> !RelayMessages.hasType(command));
        return Combinators.combine(commands, bytes(0, RelayBody.MAX_DATA_LEN)).as(UnknownMessage::new);
    }
}
