package org.onion4j.directory.doc;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.cert.Ed25519CertType;
import org.onion4j.crypto.cert.Ed25519Certificate;
import org.onion4j.crypto.cert.InvalidCertificateException;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.primitive.Ed25519;
import org.onion4j.crypto.primitive.RsaPublicKey;

/** Reads the one descriptor that begins in the current line; see {@link ServerDescriptor}. Used once, by one thread. */
final class ServerDescriptorParser {
    private static final String LAST = "router-signature";
    private static final String ED25519_CERT = "ED25519 CERT";
    private static final byte[] ED25519_PREFIX = ItemReader.ascii("Tor router descriptor signature v1");
    private static final int RSA_BITS = 1024;
    private static final int MAX_FAMILY_CERTS = 32;
    private static final int MAX_ADDRESSES = 16;
    private static final int MAX_RULES = 2000;

    private static final ImmutableSet<String> NEEDED = ImmutableSet.of(
            "identity-ed25519",
            "master-key-ed25519",
            "proto",
            "published",
            "bandwidth",
            "signing-key",
            "ntor-onion-key",
            "ntor-onion-key-crosscert",
            "router-sig-ed25519");

    private final byte[] text;
    private final ItemReader in;
    private final Set<String> seen = new HashSet<>();
    private final ImmutableList.Builder<ExitPolicy.Rule> rules = ImmutableList.builder();
    private final List<Ed25519Certificate> familyCertificates = new ArrayList<>();

    private String nickname;
    private Inet4Address ipv4;
    private int orPort;
    private int dirPort;
    private Optional<InetSocketAddress> ipv6 = Optional.empty();
    private Ed25519Certificate signingCertificate;
    private Ed25519Identity masterKey;
    private RsaPublicKey identityKey;
    private Optional<RsaIdentity> fingerprint = Optional.empty();
    private Bytes ntorOnionKey;
    private int ntorSignBit;
    private Ed25519Certificate ntorCrossCertificate;
    private Optional<Bytes> tapOnionKey = Optional.empty();
    private Optional<Bytes> tapCrossCertificate = Optional.empty();
    private ServerDescriptor.Bandwidth bandwidth;
    private String platform = "";
    private ProtocolVersions protocols;
    private Instant published;
    private long uptime;
    private boolean hibernating;
    private String contact = "";
    private ImmutableList<String> family = ImmutableList.of();
    private PortPolicy ipv6Policy = PortPolicy.REJECT_ALL;
    private Optional<Bytes> extraInfoDigest = Optional.empty();
    private Bytes ed25519Signature;
    private int ed25519SignedEnd;
    private int ruleCount;
    private int addressCount;

    ServerDescriptorParser(byte[] text, ItemReader in) {
        this.text = text;
        this.in = in;
    }

    ServerDescriptor parse() throws DocumentException {
        int from = in.itemAt();
        if (!in.keyword().equals("router")) {
            throw in.fault("no server descriptor");
        }
        firstLine();
        step();
        if (!in.keyword().equals("identity-ed25519")) {
            throw in.fault("identity-ed25519 isn't the second item");
        }
        while (!in.keyword().equals("router-sig-ed25519")) {
            item(in.keyword());
            step();
        }
        ed25519Signature();
        step();
        if (!in.keyword().equals(LAST)) {
            throw in.fault("something behind router-sig-ed25519");
        }
        in.expectNoMoreArgs();
        MessageDigest sha1 = Digests.newSha1();
        sha1.update(text, from, in.nextAt() - from);
        Bytes digest = Bytes.copyOf(sha1.digest());
        Bytes signature = in.object("SIGNATURE");
        if (in.nextAt() - from > ServerDescriptor.MAX_LEN) {
            throw in.fault("server descriptor too long");
        }
        checkComplete();
        checkKeys(from, digest, signature);
        return build(digest, Bytes.copyOf(text, from, in.nextAt() - from));
    }

    private void step() throws DocumentException {
        if (!in.next()) {
            throw in.fault("server descriptor without end");
        }
    }

    private void firstLine() throws DocumentException {
        in.expectNoObject();
        nickname = in.text("nickname");
        if (nickname.length() > RouterStatusParser.MAX_NICKNAME_LEN || !isAlphanumeric(nickname)) {
            throw in.fault("bad nickname");
        }
        in.arg("address");
        long bits = AddressText.ipv4(text, in.argAt(), in.argEnd());
        if (bits < 0) {
            throw in.fault("address is no IPv4 address");
        }
        ipv4 = address((int) bits);
        orPort = (int) in.number("OR port", 1, 65535);
        in.number("SOCKS port", 0, 65535);
        dirPort = (int) in.number("directory port", 0, 65535);
    }

    private static boolean isAlphanumeric(String word) {
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) {
                return false;
            }
        }
        return true;
    }

    private void item(String keyword) throws DocumentException {
        switch (keyword) {
            case "identity-ed25519" -> {
                once(keyword);
                signingCertificate = certificate(ED25519_CERT);
            }
            case "signing-key" -> {
                once(keyword);
                identityKey = rsaKey();
            }
            case "onion-key" -> {
                once(keyword);
                tapOnionKey = Optional.of(rsaKey().encoded());
            }
            case "onion-key-crosscert" -> {
                once(keyword);
                tapCrossCertificate = Optional.of(in.object("CROSSCERT"));
            }
            case "ntor-onion-key-crosscert" -> {
                once(keyword);
                ntorSignBit = (int) in.number("sign bit", 0, 1);
                ntorCrossCertificate = certificate(ED25519_CERT);
            }
            case "family-cert" -> {
                if (familyCertificates.size() == MAX_FAMILY_CERTS) {
                    throw in.fault("too many family certificates");
                }
                familyCertificates.add(certificate("FAMILY CERT"));
            }
            case "router", LAST -> throw in.fault(keyword + " out of place");
            default -> line(keyword);
        }
    }

    /** Handles an item that has no object, if we know it. */
    private void line(String keyword) throws DocumentException {
        switch (keyword) {
            case "master-key-ed25519" -> {
                simple(keyword);
                masterKey = new Ed25519Identity(in.base64(Ed25519Identity.LEN, keyword));
            }
            case "fingerprint" -> {
                simple(keyword);
                fingerprint = Optional.of(fingerprint());
            }
            case "ntor-onion-key" -> {
                simple(keyword);
                ntorOnionKey = in.base64(Microdescriptor.NTOR_ONION_KEY_LEN, keyword);
            }
            case "published" -> {
                simple(keyword);
                published = in.time(keyword);
            }
            case "bandwidth" -> {
                simple(keyword);
                bandwidth = new ServerDescriptor.Bandwidth(
                        (int) in.number("rate", 1, Integer.MAX_VALUE),
                        (int) in.number("burst", 0, Integer.MAX_VALUE),
                        (int) in.number("observed bandwidth", 0, Integer.MAX_VALUE));
            }
            case "proto" -> {
                simple(keyword);
                protocols = ProtocolVersions.parse(in.rest());
            }
            case "platform" -> {
                simple(keyword);
                platform = in.rest();
            }
            case "contact" -> {
                simple(keyword);
                contact = in.rest();
            }
            case "uptime" -> {
                simple(keyword);
                uptime = in.number(keyword, 0, Long.MAX_VALUE / 16);
            }
            case "hibernating" -> {
                simple(keyword);
                hibernating = in.number(keyword, 0, Integer.MAX_VALUE) != 0;
            }
            default -> otherLine(keyword);
        }
    }

    private void otherLine(String keyword) throws DocumentException {
        switch (keyword) {
            case "accept", "reject" -> {
                in.expectNoObject();
                if (++ruleCount > MAX_RULES) {
                    throw in.fault("too many rules");
                }
                ExitPolicyParser.rule(keyword, in.rest(), rules);
            }
            case "ipv6-policy" -> {
                simple(keyword);
                ipv6Policy = PortPolicy.parse(in.rest());
            }
            case "family" -> {
                simple(keyword);
                family = familyWords();
            }
            case "or-address" -> orAddress();
            case "extra-info-digest" -> {
                simple(keyword);
                in.arg(keyword);
                extraInfoDigest = Optional.of(in.hexArg(Digests.SHA1_LEN, keyword));
            }
            case "tunnelled-dir-server", "hidden-service-dir", "caches-extra-info" -> simple(keyword);
            default -> {
                // one of the future, or of no use
            }
        }
    }

    private void simple(String keyword) throws DocumentException {
        in.expectNoObject();
        once(keyword);
    }

    private void once(String keyword) throws DocumentException {
        if (!seen.add(keyword)) {
            throw in.fault(keyword + " a second time");
        }
    }

    private void orAddress() throws DocumentException {
        in.expectNoObject();
        if (++addressCount > MAX_ADDRESSES) {
            throw in.fault("too many addresses");
        }
        in.arg("address");
        byte[] raw = new byte[AddressText.IPV6_LEN];
        int port = AddressText.ipv6AndPort(text, in.argAt(), in.argEnd(), raw);
        if (port > 0 && !ipv6.isPresent()) {
            try {
                ipv6 = Optional.of(new InetSocketAddress(Inet6Address.getByAddress(null, raw, -1), port));
            } catch (UnknownHostException e) {
                throw new AssertionError("sixteen bytes", e);
            }
        }
    }

    private ImmutableList<String> familyWords() throws DocumentException {
        ImmutableList.Builder<String> words = ImmutableList.builder();
        while (in.nextArg()) {
            String word = in.argText();
            String name = word.startsWith("$") ? word.substring(1) : word;
            int end = 2 * RsaIdentity.LEN;
            boolean digest = word.startsWith("$")
                    && name.length() >= end
                    && HexText.decode(name.substring(0, end), new byte[RsaIdentity.LEN])
                    && (name.length() == end || name.charAt(end) == '=' || name.charAt(end) == '~');
            boolean nickname = !word.startsWith("$")
                    && name.length() <= RouterStatusParser.MAX_NICKNAME_LEN
                    && isAlphanumeric(name);
            if (!digest && !nickname) {
                throw in.fault("bad word in family");
            }
            words.add(word);
        }
        return words.build();
    }

    /** All that is left of the line, hexadecimal in groups. */
    private RsaIdentity fingerprint() throws DocumentException {
        StringBuilder hex = new StringBuilder();
        while (in.nextArg()) {
            hex.append(in.argText());
        }
        return new RsaIdentity(HexText.decode(in, hex.toString(), RsaIdentity.LEN, "fingerprint"));
    }

    private RsaPublicKey rsaKey() throws DocumentException {
        in.expectNoMoreArgs();
        try {
            RsaPublicKey key = RsaPublicKey.decode(in.object("RSA PUBLIC KEY"));
            if (key.bits() != RSA_BITS) {
                throw in.fault("RSA key of " + key.bits() + " bits");
            }
            return key;
        } catch (WireFormatException e) {
            throw in.fault(e.getMessage());
        }
    }

    private Ed25519Certificate certificate(String label) throws DocumentException {
        try {
            return Ed25519Certificate.decode(in.object(label));
        } catch (WireFormatException e) {
            throw in.fault(e.getMessage());
        }
    }

    private void ed25519Signature() throws DocumentException {
        simple("router-sig-ed25519");
        if (in.keywordEnd() == in.lineEnd() || text[in.keywordEnd()] != ' ') {
            throw in.fault("router-sig-ed25519 without a space");
        }
        ed25519SignedEnd = in.keywordEnd() + 1;
        ed25519Signature = in.base64(Ed25519.SIGNATURE_LEN, "signature");
    }

    private void checkComplete() throws DocumentException {
        for (String keyword : NEEDED) {
            if (!seen.contains(keyword)) {
                throw in.fault(keyword + " missing in server descriptor above");
            }
        }
        if (ruleCount == 0) {
            throw in.fault("exit policy missing in server descriptor above");
        }
        if (tapOnionKey.isPresent() != tapCrossCertificate.isPresent()) {
            throw in.fault("onion-key without onion-key-crosscert above, or the other way round");
        }
    }

    private void checkKeys(int from, Bytes digest, Bytes signature) throws DocumentException {
        try {
            // the time is for whoever uses the descriptor: see validAt
            Bytes identity = signingCertificate.verifySelfNamed(Ed25519CertType.IDENTITY_V_SIGNING, Instant.EPOCH);
            if (!identity.equals(masterKey.value())) {
                throw in.fault("master-key-ed25519 is not the key of the certificate");
            }
            Bytes ntorAsEd25519 = Ed25519.fromX25519(ntorOnionKey, ntorSignBit);
            ntorCrossCertificate.verify(Ed25519CertType.ONION_KEY_V_IDENTITY, ntorAsEd25519, Instant.EPOCH);
            if (!ntorCrossCertificate.certifiedKey().equals(identity)) {
                throw in.fault("ntor-onion-key-crosscert is about another key");
            }
            for (Ed25519Certificate certificate : familyCertificates) {
                certificate.verifySelfNamed(Ed25519CertType.FAMILY_V_IDENTITY, Instant.EPOCH);
                if (!certificate.certifiedKey().equals(identity)) {
                    throw in.fault("family-cert is about another relay");
                }
            }
        } catch (InvalidCertificateException e) {
            throw in.fault(e.getMessage());
        }
        MessageDigest sha256 = Digests.newSha256();
        sha256.update(ED25519_PREFIX);
        sha256.update(text, from, ed25519SignedEnd - from);
        if (!Ed25519.verify(signingCertificate.certifiedKey(), Bytes.copyOf(sha256.digest()), ed25519Signature)) {
            throw in.fault("Ed25519 signature is wrong");
        }
        if (fingerprint.isPresent() && !fingerprint.get().equals(identityKey.identity())) {
            throw in.fault("fingerprint is not that of the identity key");
        }
        checkTapKey();
        if (!identityKey.verifyDigest(digest, signature)) {
            throw in.fault("RSA signature is wrong");
        }
    }

    private void checkTapKey() throws DocumentException {
        if (!tapOnionKey.isPresent()) {
            return;
        }
        Bytes certified = Bytes.concat(identityKey.identity().value(), masterKey.value());
        try {
            if (!RsaPublicKey.decode(tapOnionKey.get()).verifyDigest(certified, tapCrossCertificate.get())) {
                throw in.fault("onion-key-crosscert has a wrong signature");
            }
        } catch (WireFormatException e) {
            throw new AssertionError("decoded before", e);
        }
    }

    private ServerDescriptor build(Bytes digest, Bytes whole) {
        Instant expires = signingCertificate.expires();
        if (ntorCrossCertificate.expires().isBefore(expires)) {
            expires = ntorCrossCertificate.expires();
        }
        Set<String> familyIds = new HashSet<>();
        for (Ed25519Certificate certificate : familyCertificates) {
            familyIds.add(
                    "ed25519:" + new Ed25519Identity(certificate.signingKey().get()).base64());
            expires = certificate.expires().isBefore(expires) ? certificate.expires() : expires;
        }
        List<String> sortedIds = new ArrayList<>(familyIds);
        sortedIds.sort(null);
        return new ServerDescriptor(
                nickname,
                new ServerDescriptor.Addresses(ipv4, orPort, dirPort, ipv6),
                new ServerDescriptor.Keys(identityKey.identity(), masterKey, ntorOnionKey, tapOnionKey),
                bandwidth,
                platform,
                protocols,
                published,
                uptime,
                hibernating,
                contact,
                family,
                ImmutableList.copyOf(sortedIds),
                new ExitPolicy(rules.build()),
                ipv6Policy,
                new ServerDescriptor.Services(
                        seen.contains("tunnelled-dir-server") || dirPort > 0,
                        seen.contains("hidden-service-dir"),
                        seen.contains("caches-extra-info")),
                extraInfoDigest,
                expires,
                digest,
                whole);
    }

    private static Inet4Address address(int bits) {
        byte[] raw = {(byte) (bits >> 24), (byte) (bits >> 16), (byte) (bits >> 8), (byte) bits};
        try {
            return (Inet4Address) InetAddress.getByAddress(raw);
        } catch (UnknownHostException e) {
            throw new AssertionError("four bytes", e);
        }
    }
}
