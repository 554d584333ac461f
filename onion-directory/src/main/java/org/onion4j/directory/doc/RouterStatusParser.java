package org.onion4j.directory.doc;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * Reads router status entries of a consensus of the microdescriptor flavour: thousands of them, so without a text for
 * each line; equal version, protocol and flag lines become one object. Spec: dir-spec, router status entries and
 * "Microdescriptor consensus". Not for more than one thread.
 */
final class RouterStatusParser {
    static final int MAX_NICKNAME_LEN = 19;

    private static final byte[] PR = ItemReader.ascii("pr");
    private static final byte[] BANDWIDTH = ItemReader.ascii("Bandwidth=");
    private static final byte[] UNMEASURED = ItemReader.ascii("Unmeasured=1");
    private static final byte[] DIRECTORY = ItemReader.ascii("directory-");
    private static final int MAX_ENTRY_LINES = 1000;

    /** Being in a consensus at all says this much, since consensus methods 4 and 24. */
    private static final int IMPLIED_FLAGS = RelayFlag.RUNNING.bit() | RelayFlag.VALID.bit();

    private final byte[] text;
    private final ItemReader in;
    private final RangeCache<Integer> flags = new RangeCache<>(10, RouterStatusParser::flagBits);
    private final RangeCache<String> versions = new RangeCache<>(9, version -> version);
    private final RangeCache<ProtocolVersions> protocols = new RangeCache<>(9, ProtocolVersions::parse);
    private final byte[] ipv6 = new byte[AddressText.IPV6_LEN];

    RouterStatusParser(byte[] text, ItemReader in) {
        this.text = text;
        this.in = in;
    }

    /**
     * Reads the entry whose "r" line is the current one, and steps to the line behind the entry.
     *
     * @return whether there is such a line
     */
    boolean entry(RouterStatus.Builder entry) throws DocumentException {
        firstLine(entry);
        Lines seen = new Lines();
        boolean more = in.next();
        for (int lines = 0; more && !endsEntry(); lines++) {
            if (lines > MAX_ENTRY_LINES) {
                throw in.fault("too many lines in an entry");
            }
            in.expectNoObject();
            line(entry, seen);
            more = in.next();
        }
        if (!seen.complete()) {
            throw in.fault("entry above lacks an m, s or pr line");
        }
        return more;
    }

    /** Which lines an entry has had; each of them may come once. */
    private static final class Lines {
        private int seen;

        void once(int letter, ItemReader in) throws DocumentException {
            int bit = 1 << (letter - 'a');
            if ((seen & bit) != 0) {
                throw in.fault("line a second time in an entry");
            }
            seen |= bit;
        }

        boolean complete() {
            int needed = 1 << ('m' - 'a') | 1 << ('s' - 'a') | 1 << ('r' - 'a');
            return (seen & needed) == needed;
        }
    }

    private boolean endsEntry() {
        return in.keywordLetter() == 'r' || startsFooter(in, text);
    }

    /** Whether the current line is {@code directory-footer} or {@code directory-signature}. */
    static boolean startsFooter(ItemReader in, byte[] text) {
        int at = in.itemAt();
        if (text[at] != 'd' || in.keywordEnd() - at <= DIRECTORY.length) {
            return false;
        }
        String keyword = in.keyword();
        return keyword.equals("directory-footer") || keyword.equals("directory-signature");
    }

    private void firstLine(RouterStatus.Builder entry) throws DocumentException {
        in.expectNoObject();
        in.arg("nickname");
        checkNickname();
        entry.nickname(in.argText());
        entry.rsaIdentity(new RsaIdentity(in.base64(RsaIdentity.LEN, "identity")));
        in.arg("publication date"); // means nothing any more
        in.arg("publication time");
        in.arg("address");
        long ipv4 = AddressText.ipv4(text, in.argAt(), in.argEnd());
        if (ipv4 < 0) {
            throw in.fault("address is no IPv4 address");
        }
        entry.ipv4((int) ipv4, (int) in.number("OR port", 1, 65535));
        in.number("directory port", 0, 65535);
    }

    private void checkNickname() throws DocumentException {
        if (in.argEnd() - in.argAt() > MAX_NICKNAME_LEN) {
            throw in.fault("nickname too long");
        }
        for (int i = in.argAt(); i < in.argEnd(); i++) {
            byte c = text[i];
            if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) {
                throw in.fault("nickname has another character than letters and digits");
            }
        }
    }

    private void line(RouterStatus.Builder entry, Lines seen) throws DocumentException {
        switch (in.keywordLetter()) {
            case 'a' -> addressLine(entry);
            case 'm' -> {
                seen.once('m', in);
                entry.microdescriptorDigest(in.base64(Microdescriptor.DIGEST_LEN, "microdescriptor digest"));
            }
            case 's' -> {
                seen.once('s', in);
                entry.flagBits(flags.get(text, in.restAt(), in.lineEnd()) | IMPLIED_FLAGS);
            }
            case 'v' -> {
                seen.once('v', in);
                entry.version(versions.get(text, in.restAt(), in.lineEnd()));
            }
            case 'w' -> {
                seen.once('w', in);
                bandwidthLine(entry);
            }
            case 'p' -> seen.once('p', in); // policies are in the microdescriptor
            default -> {
                if (in.keywordIs(PR)) {
                    seen.once('r', in);
                    protocolLine(entry);
                }
            }
        }
    }

    private void protocolLine(RouterStatus.Builder entry) throws DocumentException {
        try {
            entry.protocols(protocols.get(text, in.restAt(), in.lineEnd()));
        } catch (DocumentException e) {
            throw in.fault(e.getMessage());
        }
    }

    /** Takes the first IPv6 address of the entry; all else in such lines is to be ignored. */
    private void addressLine(RouterStatus.Builder entry) throws DocumentException {
        in.arg("address");
        if (entry.hasIpv6()) {
            return;
        }
        int port = AddressText.ipv6AndPort(text, in.argAt(), in.argEnd(), ipv6);
        if (port > 0) {
            entry.ipv6(Bytes.copyOf(ipv6), port);
        }
    }

    private void bandwidthLine(RouterStatus.Builder entry) throws DocumentException {
        while (in.nextArg()) {
            if (in.argStartsWith(BANDWIDTH)) {
                entry.bandwidth(in.numberIn(in.argAt() + BANDWIDTH.length, in.argEnd(), "bandwidth", 0, 0xffff_ffffL));
            } else if (in.argIs(UNMEASURED)) {
                entry.unmeasured();
            }
        }
    }

    private static int flagBits(String words) {
        int bits = 0;
        for (int at = 0; at < words.length(); at++) {
            int end = words.indexOf(' ', at);
            end = end < 0 ? words.length() : end;
            bits |= RelayFlag.ofKeyword(words.substring(at, end))
                    .map(RelayFlag::bit)
                    .orElse(0);
            at = end;
        }
        return bits;
    }
}
