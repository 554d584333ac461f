package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.io.BaseEncoding;
import com.google.common.net.InetAddresses;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ItemReader;
import org.onion4j.directory.doc.PortPolicy;
import org.onion4j.directory.doc.ProtocolVersions;

/** Reads the entries of a vote, one after the other. Used once, by one thread. */
final class VoteEntryParser {
    private static final byte[] BANDWIDTH = ItemReader.ascii("Bandwidth=");
    private static final byte[] MEASURED = ItemReader.ascii("Measured=");
    private static final String SHA256 = "sha256=";
    private static final long MAX_BANDWIDTH = 0xffff_ffffL;
    private static final int MAX_LINES = 200;

    private final ItemReader in;
    private final ImmutableSortedSet<String> knownFlags;
    private final ImmutableList.Builder<VoteEntry> entries = ImmutableList.builder();
    private Optional<RsaIdentity> last = Optional.empty();

    VoteEntryParser(ItemReader in, ImmutableSortedSet<String> knownFlags) {
        this.in = in;
        this.knownFlags = knownFlags;
    }

    /** Those that were read. */
    ImmutableList<VoteEntry> entries() {
        return entries.build();
    }

    /** Reads the entry that begins in the current line, and steps behind it. */
    void entry() throws DocumentException {
        entries.add(new One().read());
    }

    /** The next argument, an address in dotted decimal. */
    static String ipv4(ItemReader in) throws DocumentException {
        String address = in.text("address");
        if (address.indexOf(':') >= 0 || !InetAddresses.isInetAddress(address)) {
            throw in.fault("address is no IPv4 address");
        }
        return address;
    }

    private final class One {
        private final Set<String> seen = new HashSet<>();
        private final ImmutableList.Builder<VoteEntry.MicrodescriptorName> microdescriptors = ImmutableList.builder();
        private Optional<String> ipv6 = Optional.empty();
        private ImmutableSortedSet<String> flags = ImmutableSortedSet.of();
        private String version = "";
        private String protocols = "";
        private long bandwidth;
        private OptionalLong measured = OptionalLong.empty();
        private String policy = "";
        private Optional<Ed25519Identity> ed25519Identity = Optional.empty();

        VoteEntry read() throws DocumentException {
            in.expectNoObject();
            String nickname = in.text("nickname");
            RsaIdentity identity = new RsaIdentity(in.base64(RsaIdentity.LEN, "identity"));
            if (last.isPresent() && last.get().compareTo(identity) >= 0) {
                throw in.fault("entry is not in the order of identities");
            }
            last = Optional.of(identity);
            Bytes digest = in.base64(Digests.SHA1_LEN, "descriptor digest");
            Instant published = in.time("publication time");
            String address = ipv4(in);
            int orPort = (int) in.number("OR port", 1, 65535);
            int dirPort = (int) in.number("directory port", 0, 65535);
            lines();
            return new VoteEntry(
                    nickname,
                    identity,
                    digest,
                    published,
                    address,
                    orPort,
                    dirPort,
                    ipv6,
                    flags,
                    version,
                    protocols,
                    bandwidth,
                    measured,
                    policy,
                    ed25519Identity,
                    microdescriptors.build());
        }

        private void lines() throws DocumentException {
            for (int count = 0; in.next(); count++) {
                String keyword = in.keyword();
                if (keyword.equals("r") || keyword.startsWith("directory-")) {
                    if (!seen.contains("s") || !seen.contains("pr")) {
                        throw in.fault("entry above lacks an s or pr line");
                    }
                    return;
                }
                in.expectNoObject();
                boolean repeatable = keyword.equals("m") || keyword.equals("a") || keyword.equals("id");
                if (count > MAX_LINES || (!seen.add(keyword) && !repeatable)) {
                    throw in.fault("line a second time in an entry, or too many of them");
                }
                line(keyword);
            }
            throw in.fault("vote without end");
        }

        private void line(String keyword) throws DocumentException {
            switch (keyword) {
                case "a" -> ipv6 = ipv6.isPresent() ? ipv6 : Optional.of(in.text("address"));
                case "s" -> {
                    flags = VoteParser.flags(in);
                    if (!knownFlags.containsAll(flags)) {
                        throw in.fault("flag that the voter doesn't know");
                    }
                }
                case "v" -> version = in.rest();
                case "pr" -> protocols = ProtocolVersions.parse(in.rest()).toString();
                case "w" -> bandwidth();
                case "p" -> policy = PortPolicy.parse(in.rest()).toString();
                case "id" -> identity();
                case "m" -> microdescriptor();
                default -> {
                    // statistics, or one of the future
                }
            }
        }

        private void bandwidth() throws DocumentException {
            while (in.nextArg()) {
                if (in.argStartsWith(BANDWIDTH)) {
                    bandwidth = in.numberIn(in.argAt() + BANDWIDTH.length, in.argEnd(), "bandwidth", 0, MAX_BANDWIDTH);
                } else if (in.argStartsWith(MEASURED)) {
                    measured = OptionalLong.of(in.numberIn(
                            in.argAt() + MEASURED.length, in.argEnd(), "measured bandwidth", 0, MAX_BANDWIDTH));
                }
            }
        }

        private void identity() throws DocumentException {
            if (!in.text("kind of identity").equals("ed25519")) {
                return;
            }
            String identity = in.text("identity");
            if (!identity.equals("none")) {
                ed25519Identity = Optional.of(new Ed25519Identity(digest(identity)));
            }
        }

        private void microdescriptor() throws DocumentException {
            String methods = in.text("methods");
            while (in.nextArg()) {
                if (in.argText().startsWith(SHA256)) {
                    microdescriptors.add(new VoteEntry.MicrodescriptorName(
                            VoteParser.numbers(in, methods), digest(in.argText().substring(SHA256.length()))));
                }
            }
        }

        private Bytes digest(String base64) throws DocumentException {
            if (base64.length() == 43 && BaseEncoding.base64().omitPadding().canDecode(base64)) {
                return Bytes.copyOf(BaseEncoding.base64().omitPadding().decode(base64));
            }
            throw in.fault("not base64 of 32 bytes");
        }
    }
}
