package org.onion4j.directory.doc;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.Immutable;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * What a relay or bridge says of itself, signed by both of its identities. One that was read has good signatures and
 * cross-certificates; whether it is in date is for the reader to ask. Spec: dir-spec, "Server descriptor format".
 *
 * @param nickname 1 to 19 letters and digits
 * @param addresses where it listens
 * @param keys who it is and what clients need to reach it
 * @param bandwidth what it can carry
 * @param platform what it runs; empty where it doesn't say
 * @param protocols what it speaks
 * @param published when it was made
 * @param uptimeSeconds for how long it was running then; 0 where it doesn't say
 * @param hibernating whether it means to be down for a while
 * @param contact its operator; empty where it doesn't say
 * @param family the words of the "family" line
 * @param familyIds what its family certificates prove, as {@code ed25519:} and a key in base64
 * @param ipv4Policy where streams may exit by IPv4
 * @param ipv6Policy where streams may exit by IPv6; {@link PortPolicy#REJECT_ALL} without such a line
 * @param services what else it offers
 * @param extraInfoDigest the SHA-1 digest of its extra-info document, 20 bytes
 * @param certificatesExpire when the first of its certificates ends
 * @param digest the SHA-1 digest of what the RSA identity signs, 20 bytes: the name of this descriptor
 * @param text the document as it was read
 */
@Immutable
public record ServerDescriptor(
        String nickname,
        Addresses addresses,
        Keys keys,
        Bandwidth bandwidth,
        String platform,
        ProtocolVersions protocols,
        Instant published,
        long uptimeSeconds,
        boolean hibernating,
        String contact,
        ImmutableList<String> family,
        ImmutableList<String> familyIds,
        ExitPolicy ipv4Policy,
        PortPolicy ipv6Policy,
        Services services,
        Optional<Bytes> extraInfoDigest,
        Instant certificatesExpire,
        Bytes digest,
        Bytes text) {

    /** The longest text in bytes of one descriptor. */
    public static final int MAX_LEN = 20_000;

    /**
     * Where a relay listens.
     *
     * @param orPort 1 to 65535
     * @param dirPort 0 for none
     * @param ipv6 a second address for the OR port
     */
    @Immutable
    @SuppressWarnings("Immutable") // the platform's addresses don't change
    public record Addresses(Inet4Address ipv4, int orPort, int dirPort, Optional<InetSocketAddress> ipv6) {}

    /**
     * A relay's public keys.
     *
     * @param identity SHA-1 of the RSA identity key
     * @param ntorOnionKey 32 bytes
     * @param tapOnionKey the RSA onion key in ASN.1, which means nothing any more
     */
    @Immutable
    public record Keys(
            RsaIdentity identity, Ed25519Identity ed25519Identity, Bytes ntorOnionKey, Optional<Bytes> tapOnionKey) {}

    /** What a relay can carry, in bytes a second: for long, for a moment, and what it was seen to carry. */
    @Immutable
    public record Bandwidth(int rate, int burst, int observed) {}

    /** What a relay offers beside circuits; the first is that it takes directory requests in circuits. */
    @Immutable
    public record Services(boolean tunnelledDirectory, boolean onionServiceDirectory, boolean extraInfo) {}

    /**
     * Reads one descriptor and verifies its signatures.
     *
     * @param text the whole document; not kept and not changed
     * @throws DocumentException if it is faulty, a signature in it is wrong, or something stands behind it
     */
    public static ServerDescriptor parse(byte[] text) throws DocumentException {
        ImmutableList<ServerDescriptor> all = parseAll(text);
        if (all.size() != 1) {
            throw new DocumentException(all.size() + " server descriptors instead of one");
        }
        return all.get(0);
    }

    /**
     * Reads descriptors that stand one behind another, none to many, and verifies their signatures.
     *
     * @param text the whole of it; not kept and not changed
     * @throws DocumentException if any of them is faulty, or something else is among them
     */
    public static ImmutableList<ServerDescriptor> parseAll(byte[] text) throws DocumentException {
        ItemReader in = new ItemReader(text, 0, text.length);
        ImmutableList.Builder<ServerDescriptor> all = ImmutableList.builder();
        while (in.next()) {
            all.add(new ServerDescriptorParser(text, in).parse());
        }
        return all.build();
    }

    /** Whether all its certificates are in date. */
    public boolean validAt(Instant now) {
        return !now.isAfter(certificatesExpire);
    }

    /** Names the kind alone: relays of the user's path must not get into a log or an error text by accident. */
    @Override
    public String toString() {
        return "ServerDescriptor";
    }
}
