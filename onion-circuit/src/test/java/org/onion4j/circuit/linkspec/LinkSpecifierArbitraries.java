package org.onion4j.circuit.linkspec;

import com.google.common.collect.ImmutableMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.onion4j.circuit.cell.CellArbitraries;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;

/** Any value of each kind of link specifier. */
public final class LinkSpecifierArbitraries {
    private LinkSpecifierArbitraries() {}

    static ImmutableMap<Class<? extends LinkSpecifier>, Arbitrary<? extends LinkSpecifier>> byType() {
        return ImmutableMap.of(
                LinkSpecifier.Ipv4.class, ipv4s(),
                LinkSpecifier.Ipv6.class, ipv6s(),
                LinkSpecifier.RsaId.class, rsaIds(),
                LinkSpecifier.Ed25519Id.class, ed25519Ids(),
                LinkSpecifier.Unknown.class, unknowns());
    }

    public static Arbitrary<LinkSpecifier.Ipv4> ipv4s() {
        return Combinators.combine(CellArbitraries.bytes(4, 4), CellArbitraries.u16())
                .as((address, port) -> new LinkSpecifier.Ipv4(IpAddresses.ipv4(address), port));
    }

    public static Arbitrary<LinkSpecifier.Ipv6> ipv6s() {
        return Combinators.combine(CellArbitraries.bytes(16, 16), CellArbitraries.u16())
                .as((address, port) -> new LinkSpecifier.Ipv6(IpAddresses.ipv6(address), port));
    }

    public static Arbitrary<LinkSpecifier.RsaId> rsaIds() {
        return CellArbitraries.bytes(20, 20).map(id -> new LinkSpecifier.RsaId(new RsaIdentity(id)));
    }

    public static Arbitrary<LinkSpecifier.Ed25519Id> ed25519Ids() {
        return CellArbitraries.bytes(32, 32).map(id -> new LinkSpecifier.Ed25519Id(new Ed25519Identity(id)));
    }

    public static Arbitrary<LinkSpecifier.Unknown> unknowns() {
        return Combinators.combine(Arbitraries.integers().between(4, 0xff), CellArbitraries.bytes(0, 40))
                .as(LinkSpecifier.Unknown::new);
    }
}
