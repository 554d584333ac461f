package org.onion4j.api.internal.socks;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.onion4j.api.BootstrapException;
import org.onion4j.api.ConnectionRefusedException;
import org.onion4j.api.ExitPolicyException;
import org.onion4j.api.HostNotFoundException;
import org.onion4j.api.HostUnreachableException;
import org.onion4j.api.InvalidDestinationException;
import org.onion4j.api.NoPathException;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionServiceException;
import org.onion4j.api.SocksOptions;
import org.onion4j.api.StreamResetException;
import org.onion4j.api.StreamTimeoutException;
import org.onion4j.api.UnsupportedFeatureException;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireWriter;

/** The answers of a proxy in their wire form. Spec: RFC 1928, "Replies"; socks-extensions, "Extent of support" and "Name lookup". */
final class SocksReplies {
    static final int SUCCEEDED = 0;
    static final int GENERAL_FAILURE = 1;
    static final int NOT_ALLOWED = 2;
    static final int NETWORK_UNREACHABLE = 3;
    static final int HOST_UNREACHABLE = 4;
    static final int CONNECTION_REFUSED = 5;
    static final int TTL_EXPIRED = 6;
    static final int COMMAND_NOT_SUPPORTED = 7;
    static final int ADDRESS_TYPE_NOT_SUPPORTED = 8;

    // of C tor's flag ExtendedErrors
    static final int HS_NOT_FOUND = 0xf0;
    static final int HS_IS_INVALID = 0xf1;
    static final int HS_INTRO_FAILED = 0xf2;
    static final int HS_REND_FAILED = 0xf3;
    static final int HS_MISSING_CLIENT_AUTH = 0xf4;
    static final int HS_BAD_CLIENT_AUTH = 0xf5;
    static final int HS_BAD_ADDRESS = 0xf6;
    static final int HS_INTRO_TIMED_OUT = 0xf7;

    static final int ATYP_IPV4 = 1;
    static final int ATYP_NAME = 3;
    static final int ATYP_IPV6 = 4;

    private static final int VERSION_5 = 5;
    private static final int SOCKS4_GRANTED = 0x5a;
    private static final int SOCKS4_REJECTED = 0x5b;
    private static final int IPV4_LEN = 4;

    private SocksReplies() {}

    /** A SOCKS5 reply without an address. */
    static Bytes socks5(int code) {
        return new WireWriter()
                .u8(VERSION_5)
                .u8(code)
                .u8(0)
                .u8(ATYP_IPV4)
                .zeros(IPV4_LEN + 2)
                .toBytes();
    }

    /** A SOCKS4 refusal. */
    static Bytes socks4Rejected() {
        return new WireWriter().u8(0).u8(SOCKS4_REJECTED).zeros(2 + IPV4_LEN).toBytes();
    }

    /** The stream is open. */
    static Bytes granted(SocksRequest.Version version) {
        return version == SocksRequest.Version.SOCKS5
                ? socks5(SUCCEEDED)
                : new WireWriter().u8(0).u8(SOCKS4_GRANTED).zeros(2 + IPV4_LEN).toBytes();
    }

    /** The answer to RESOLVE; an IPv6 address has no form in SOCKS4. */
    static Bytes resolved(SocksRequest.Version version, InetAddress address) {
        byte[] bytes = address.getAddress();
        WireWriter out = new WireWriter();
        if (version == SocksRequest.Version.SOCKS4) {
            return bytes.length == IPV4_LEN
                    ? out.u8(0).u8(SOCKS4_GRANTED).u16(0).bytes(bytes).toBytes()
                    : socks4Rejected();
        }
        return out.u8(VERSION_5)
                .u8(SUCCEEDED)
                .u8(0)
                .u8(bytes.length == IPV4_LEN ? ATYP_IPV4 : ATYP_IPV6)
                .bytes(bytes)
                .u16(0)
                .toBytes();
    }

    /** The answer to RESOLVE_PTR: a name of at most 255 ASCII characters. */
    static Bytes resolvedName(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        return new WireWriter()
                .u8(VERSION_5)
                .u8(SUCCEEDED)
                .u8(0)
                .u8(ATYP_NAME)
                .u8(bytes.length)
                .bytes(bytes)
                .u16(0)
                .toBytes();
    }

    /** The request has failed. */
    static Bytes failed(SocksRequest.Version version, OnionException failure, SocksOptions.Errors errors) {
        if (version == SocksRequest.Version.SOCKS4) {
            return socks4Rejected();
        }
        int code = code(failure);
        return socks5(
                errors == SocksOptions.Errors.EXTENDED ? extendedCode(failure).orElse(code) : code);
    }

    /** What C tor calls a failure to reach an onion service, if it has a word for it. */
    private static OptionalInt extendedCode(OnionException failure) {
        if (failure instanceof OnionServiceException e) {
            return switch (e.reason()) {
                case NOT_FOUND -> OptionalInt.of(HS_NOT_FOUND);
                case NO_DIRECTORY -> OptionalInt.empty();
                case BAD_DESCRIPTOR -> OptionalInt.of(HS_IS_INVALID);
                case INTRODUCTION_FAILED -> OptionalInt.of(HS_INTRO_FAILED);
                case INTRODUCTION_TIMED_OUT -> OptionalInt.of(HS_INTRO_TIMED_OUT);
                case NO_ANSWER -> OptionalInt.of(HS_REND_FAILED);
                case NEEDS_AUTHORIZATION -> OptionalInt.of(HS_MISSING_CLIENT_AUTH);
                case WRONG_AUTHORIZATION -> OptionalInt.of(HS_BAD_CLIENT_AUTH);
            };
        }
        if (failure instanceof InvalidDestinationException e) {
            return switch (e.reason()) {
                case ONION_ADDRESS, ONION_VERSION_2 -> OptionalInt.of(HS_BAD_ADDRESS);
                default -> OptionalInt.empty();
            };
        }
        return OptionalInt.empty();
    }

    /** What SOCKS5 calls a failure. */
    static int code(OnionException failure) {
        if (failure instanceof ExitPolicyException) {
            return NOT_ALLOWED;
        }
        if (failure instanceof InvalidDestinationException e) {
            return switch (e.reason()) {
                case MALFORMED -> GENERAL_FAILURE;
                case ONION_ADDRESS, ONION_VERSION_2 -> HOST_UNREACHABLE;
                default -> NOT_ALLOWED;
            };
        }
        if (failure instanceof BootstrapException || failure instanceof NoPathException) {
            return NETWORK_UNREACHABLE;
        }
        if (failure instanceof HostNotFoundException
                || failure instanceof HostUnreachableException
                || failure instanceof OnionServiceException
                || failure instanceof UnsupportedFeatureException) {
            return HOST_UNREACHABLE;
        }
        if (failure instanceof ConnectionRefusedException || failure instanceof StreamResetException) {
            return CONNECTION_REFUSED;
        }
        return failure instanceof StreamTimeoutException ? TTL_EXPIRED : GENERAL_FAILURE;
    }
}
