package org.onion4j.api.internal.socks;

import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.onion4j.api.internal.socks.SocksRequest.HostForm;
import org.onion4j.api.internal.socks.SocksRequest.Version;
import org.onion4j.crypto.bytes.Bytes;

/**
 * A proxy's side of the talk before a request is known, however its bytes are cut up. Pure but for {@link #readFrom}: each
 * {@link #step} looks at what is there and says what to do next. The first illegal byte ends it; so nothing of a web
 * page's making that begins like another protocol gets as far as a request.
 *
 * <p>SOCKS5 (RFC 1928) with no authentication or user name and password (RFC 1929), whose values serve isolation alone and
 * may be empty; a program may send them even if that was not agreed upon. User names that begin with {@code <torS0X>}
 * belong to a later form of the protocol; the one of them that stands for today's form is {@code <torS0X>0}. SOCKS4
 * and SOCKS4a besides. Spec: socks-extensions. Not for more than one thread.
 */
final class SocksDialogue {
    /** What to do next. */
    sealed interface Step permits NeedMore, Reply, Complete, Refuse {}

    /** Read more bytes. */
    record NeedMore() implements Step {}

    /** Send an answer, then take the next step. */
    record Reply(Bytes answer) implements Step {}

    /** The request is whole. What has been read beyond it is {@link #takeEarlyData}. */
    record Complete(SocksRequest request) implements Step {}

    /** Send an answer, perhaps empty, and close. */
    record Refuse(Bytes answer) implements Step {}

    private enum State {
        GREETING,
        CREDENTIALS,
        REQUEST
    }

    private static final int VERSION_5 = 5;
    private static final int VERSION_4 = 4;
    private static final int CREDENTIALS_VERSION = 1;
    private static final int METHOD_NONE = 0;
    private static final int METHOD_CREDENTIALS = 2;
    private static final int NO_METHOD = 0xff;
    /** Most bytes of a SOCKS4 request. */
    private static final int MAX_SOCKS4_LEN = 512;

    private static final int SOCKS4_FIXED_LEN = 8;
    private static final int BUFFER_LEN = 4096;

    private static final String RESERVED_USER = "<torS0X>";
    private static final String PLAIN_USER = RESERVED_USER + "0";

    private static final Step NEED_MORE = new NeedMore();
    private static final Step CLOSE = new Refuse(Bytes.EMPTY);

    private final byte[] buffer = new byte[BUFFER_LEN];
    private int start;
    private int end;
    private State state = State.GREETING;
    private boolean hasCredentials;
    private Bytes user = Bytes.EMPTY;
    private Bytes password = Bytes.EMPTY;

    /** Reads once; at most as much as there is room for. Returns false at the end of the input. */
    boolean readFrom(InputStream in) throws IOException {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
        }
        int count = in.read(buffer, end, buffer.length - end);
        end += Math.max(count, 0);
        return count >= 0;
    }

    /** Whether {@link #readFrom} could take another byte. */
    boolean hasRoom() {
        return end - start < buffer.length;
    }

    boolean hasEarlyData() {
        return end > start;
    }

    /** What came after the request: the first bytes for the far end. */
    Bytes takeEarlyData() {
        Bytes early = Bytes.copyOf(buffer, start, end - start);
        start = end;
        return early;
    }

    Step step() {
        if (available() == 0) {
            return NEED_MORE;
        }
        return switch (state) {
            case GREETING ->
                switch (at(0)) {
                    case VERSION_5 -> greeting();
                    case VERSION_4 -> socks4();
                    default -> CLOSE;
                };
            case CREDENTIALS -> credentials();
            case REQUEST -> at(0) == CREDENTIALS_VERSION && !hasCredentials ? credentials() : request();
        };
    }

    private int available() {
        return end - start;
    }

    private int at(int index) {
        return buffer[start + index] & 0xff;
    }

    private int port(int index) {
        return at(index) << 8 | at(index + 1);
    }

    private Bytes bytes(int index, int length) {
        return Bytes.copyOf(buffer, start + index, length);
    }

    private String text(int index, int length) {
        return new String(buffer, start + index, length, StandardCharsets.ISO_8859_1);
    }

    /** VER, NMETHODS, METHODS. */
    private Step greeting() {
        if (available() < 2) {
            return NEED_MORE;
        }
        int count = at(1);
        if (count == 0) {
            return CLOSE;
        }
        if (available() < 2 + count) {
            return NEED_MORE;
        }
        int chosen = NO_METHOD;
        for (int i = 0; i < count; i++) {
            if (at(2 + i) == METHOD_CREDENTIALS || (at(2 + i) == METHOD_NONE && chosen == NO_METHOD)) {
                chosen = at(2 + i);
            }
        }
        Bytes answer = Bytes.copyOf((byte) VERSION_5, (byte) chosen);
        if (chosen == NO_METHOD) {
            return new Refuse(answer);
        }
        start += 2 + count;
        state = chosen == METHOD_CREDENTIALS ? State.CREDENTIALS : State.REQUEST;
        return new Reply(answer);
    }

    /** VER, ULEN, UNAME, PLEN, PASSWD. */
    private Step credentials() {
        if (at(0) != CREDENTIALS_VERSION) {
            return CLOSE;
        }
        if (available() < 2 || available() < 3 + at(1)) {
            return NEED_MORE;
        }
        int userLen = at(1);
        int passwordLen = at(2 + userLen);
        if (available() < 3 + userLen + passwordLen) {
            return NEED_MORE;
        }
        String name = text(2, userLen);
        if (name.startsWith(RESERVED_USER) && !name.equals(PLAIN_USER)) {
            return new Refuse(Bytes.copyOf((byte) CREDENTIALS_VERSION, (byte) 1));
        }
        user = bytes(2, userLen);
        password = bytes(3 + userLen, passwordLen);
        hasCredentials = true;
        start += 3 + userLen + passwordLen;
        state = State.REQUEST;
        return new Reply(Bytes.copyOf((byte) CREDENTIALS_VERSION, (byte) 0));
    }

    /** VER, CMD, RSV, ATYP, DST.ADDR, DST.PORT. */
    private Step request() {
        if (at(0) != VERSION_5) {
            return refuse(SocksReplies.GENERAL_FAILURE);
        }
        if (available() < 2) {
            return NEED_MORE;
        }
        Optional<SocksCommand> command = SocksCommand.ofWire(at(1));
        if (!command.isPresent()) {
            return refuse(SocksReplies.COMMAND_NOT_SUPPORTED);
        }
        if (available() < 4) {
            return NEED_MORE;
        }
        return switch (at(3)) {
            case SocksReplies.ATYP_IPV4 -> requestByAddress(command.get(), 4);
            case SocksReplies.ATYP_IPV6 -> requestByAddress(command.get(), 16);
            case SocksReplies.ATYP_NAME -> requestByName(command.get());
            default -> refuse(SocksReplies.ADDRESS_TYPE_NOT_SUPPORTED);
        };
    }

    private Step requestByAddress(SocksCommand command, int length) {
        if (available() < 4 + length + 2) {
            return NEED_MORE;
        }
        return complete(
                Version.SOCKS5, command, HostForm.ADDRESS, addressText(4, length), port(4 + length), 6 + length);
    }

    private Step requestByName(SocksCommand command) {
        if (available() < 5) {
            return NEED_MORE;
        }
        int length = at(4);
        if (length == 0) {
            return refuse(SocksReplies.GENERAL_FAILURE);
        }
        if (available() < 5 + length + 2) {
            return NEED_MORE;
        }
        String host = text(5, length);
        if (command == SocksCommand.RESOLVE_PTR && !isAddress(host)) {
            return refuse(SocksReplies.ADDRESS_TYPE_NOT_SUPPORTED);
        }
        return complete(Version.SOCKS5, command, HostForm.NAME, host, port(5 + length), 7 + length);
    }

    /** VN, CD, DSTPORT, DSTIP, USERID, NUL; then the host's name, NUL where the address is 0.0.0.x. */
    private Step socks4() {
        if (available() < 2) {
            return NEED_MORE;
        }
        Optional<SocksCommand> command = SocksCommand.ofWire(at(1)).filter(c -> c != SocksCommand.RESOLVE_PTR);
        if (!command.isPresent()) {
            return new Refuse(SocksReplies.socks4Rejected());
        }
        int userEnd = nul(SOCKS4_FIXED_LEN);
        if (userEnd < 0) {
            return incompleteSocks4();
        }
        user = bytes(SOCKS4_FIXED_LEN, userEnd - SOCKS4_FIXED_LEN);
        if (at(4) != 0 || at(5) != 0 || at(6) != 0) {
            return complete(Version.SOCKS4, command.get(), HostForm.ADDRESS, addressText(4, 4), port(2), userEnd + 1);
        }
        if (at(7) == 0) {
            return new Refuse(SocksReplies.socks4Rejected());
        }
        int hostEnd = nul(userEnd + 1);
        if (hostEnd < 0) {
            return incompleteSocks4();
        }
        String host = text(userEnd + 1, hostEnd - userEnd - 1);
        return complete(Version.SOCKS4, command.get(), HostForm.NAME, host, port(2), hostEnd + 1);
    }

    private Step incompleteSocks4() {
        return available() < MAX_SOCKS4_LEN ? NEED_MORE : new Refuse(SocksReplies.socks4Rejected());
    }

    /** Where the next NUL is, from an index on; -1 if it is not there, or beyond what a request may have. */
    private int nul(int from) {
        for (int i = from; i < Math.min(available(), MAX_SOCKS4_LEN); i++) {
            if (at(i) == 0) {
                return i;
            }
        }
        return -1;
    }

    private Step complete(Version version, SocksCommand command, HostForm form, String host, int port, int length) {
        start += length;
        return new Complete(new SocksRequest(version, command, form, host, port, user, password));
    }

    private static Step refuse(int code) {
        return new Refuse(SocksReplies.socks5(code));
    }

    private String addressText(int index, int length) {
        byte[] address = Arrays.copyOfRange(buffer, start + index, start + index + length);
        try {
            return InetAddresses.toAddrString(InetAddress.getByAddress(address));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + length + " bytes", e);
        }
    }

    private static boolean isAddress(String host) {
        return host.indexOf('%') < 0 && InetAddresses.isInetAddress(host);
    }
}
