package org.onion4j.hs.publish;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.UnsignedLong;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.primitive.X25519;

/**
 * What {@link ServiceState} saves besides the identity. Immutable, but that the points' secrets can be wiped. In bytes: a
 * line that names format and version, OWNER 32, FLAGS 1; N_REVISIONS 1, for each NUMBER 8, LENGTH 4, KEY 32, LAST 8;
 * N_CLIENTS 2, for each KEY 32; N_POINTS 1, for each RELAY 20, AUTH_KEY 64, ENC_KEY 32, EXPIRES 8, LEFT 4.
 *
 * @param owner a digest of the identity that it belongs to; zeros if there is none yet
 * @param identitySaved whether the identity was saved, too
 * @param revisions those used last come last
 * @param clients authorized clients, if they were ever saved
 */
record StateContent(
        Bytes owner,
        boolean identitySaved,
        ImmutableList<Revision> revisions,
        Optional<ImmutableList<Bytes>> clients,
        ImmutableList<SavedPoint> points) {
    static final int OWNER_LEN = 32;
    static final StateContent EMPTY = new StateContent(
            new WireWriter().zeros(OWNER_LEN).toBytes(),
            false,
            ImmutableList.of(),
            Optional.empty(),
            ImmutableList.of());

    static final int MAX_REVISIONS = 8;
    static final int MAX_CLIENTS = 4096;
    static final int MAX_POINTS = 64;

    private static final byte[] HEADER = "onion4j-service 1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int IDENTITY_SAVED = 1;
    private static final int CLIENTS_SAVED = 2;
    private static final int KEY_LEN = 32;
    private static final int FIXED_LEN = HEADER.length + OWNER_LEN + 5;
    private static final int REVISION_LEN = 8 + 4 + KEY_LEN + 8;
    private static final int POINT_LEN = RsaIdentity.LEN + Ed25519KeyPair.EXPANDED_LEN + X25519.LEN + 8 + 4;

    /** More than any clock leads to; what is beyond leaves no room to count on. */
    private static final long MAX_REVISION = 1L << 62;

    private static final long MAX_SECONDS =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    /**
     * A revision counter that has been used.
     *
     * @param last below 2^62
     */
    record Revision(TimePeriod period, Bytes blindedKey, UnsignedLong last) {}

    StateContent {
        checkArgument(revisions.size() <= MAX_REVISIONS, "%s revision counters", revisions.size());
        checkArgument(clients.map(List::size).orElse(0) <= MAX_CLIENTS, "too many clients");
        checkArgument(points.size() <= MAX_POINTS, "%s introduction points", points.size());
    }

    StateContent withIdentitySaved() {
        return new StateContent(owner, true, revisions, clients, points);
    }

    /** The bytes, which hold secrets: the caller wipes them. */
    byte[] encode() {
        ImmutableList<Bytes> keys = clients.orElse(ImmutableList.of());
        int length = FIXED_LEN + REVISION_LEN * revisions.size() + KEY_LEN * keys.size() + POINT_LEN * points.size();
        byte[] bytes = new byte[length]; // all at once, so that no copy of a secret is left behind
        WireWriter out = new WireWriter(bytes, 0, length)
                .bytes(HEADER)
                .bytes(owner)
                .u8((identitySaved ? IDENTITY_SAVED : 0) | (clients.isPresent() ? CLIENTS_SAVED : 0));
        out.u8(revisions.size());
        for (Revision revision : revisions) {
            out.u64(revision.period().number())
                    .u32(revision.period().lengthMinutes())
                    .bytes(revision.blindedKey())
                    .u64(revision.last().longValue());
        }
        out.u16(keys.size());
        keys.forEach(out::bytes);
        out.u8(points.size());
        for (SavedPoint point : points) {
            out.bytes(point.relay().value())
                    .bytes(point.authKey().exposeArray())
                    .bytes(point.encryptionKey().exposeArray())
                    .u64(point.expires().getEpochSecond())
                    .u32(point.introductionsLeft());
        }
        return bytes;
    }

    /** Reads what {@link #encode} has written; the array stays the caller's to wipe. */
    static StateContent decode(byte[] bytes) throws WireFormatException {
        WireReader in = new WireReader(bytes);
        if (!in.bytes(HEADER.length, "header").equals(Bytes.copyOf(HEADER))) {
            throw new WireFormatException("not the state of a service, or one of another version");
        }
        Bytes owner = in.bytes(OWNER_LEN, "owner");
        int flags = in.u8("flags");
        ImmutableList.Builder<Revision> revisions = ImmutableList.builder();
        for (int left = count(in.u8("revisions"), MAX_REVISIONS); left > 0; left--) {
            revisions.add(revision(in));
        }
        ImmutableList.Builder<Bytes> clients = ImmutableList.builder();
        for (int left = count(in.u16("clients"), MAX_CLIENTS); left > 0; left--) {
            clients.add(in.bytes(KEY_LEN, "client"));
        }
        boolean clientsSaved = (flags & CLIENTS_SAVED) != 0;
        ImmutableList<Bytes> saved = clients.build();
        if (flags > (IDENTITY_SAVED | CLIENTS_SAVED) || (!clientsSaved && !saved.isEmpty())) {
            throw new WireFormatException("flags that make no sense");
        }
        ImmutableList<SavedPoint> points = points(in);
        return new StateContent(
                owner,
                (flags & IDENTITY_SAVED) != 0,
                revisions.build(),
                clientsSaved ? Optional.of(saved) : Optional.empty(),
                points);
    }

    private static int count(int count, int max) throws WireFormatException {
        if (count > max) {
            throw new WireFormatException(count + " entries where there may be " + max);
        }
        return count;
    }

    private static long limited(long value, long max, String field) throws WireFormatException {
        if (value < 0 || value > max) {
            throw new WireFormatException(field + " out of its range");
        }
        return value;
    }

    private static Revision revision(WireReader in) throws WireFormatException {
        long number = limited(in.u64("number"), Long.MAX_VALUE, "period");
        long length = in.u32("length");
        if (length == 0) {
            throw new WireFormatException("period of no length");
        }
        TimePeriod period = new TimePeriod(number, (int) limited(length, Integer.MAX_VALUE, "period length"));
        Bytes key = in.bytes(KEY_LEN, "blinded key");
        return new Revision(period, key, UnsignedLong.valueOf(limited(in.u64("last"), MAX_REVISION - 1, "revision")));
    }

    private static ImmutableList<SavedPoint> points(WireReader in) throws WireFormatException {
        ImmutableList.Builder<SavedPoint> points = ImmutableList.builder();
        try {
            for (int left = count(in.u8("points"), MAX_POINTS); left > 0; left--) {
                WireReader one = in.sub(POINT_LEN, "point");
                points.add(new SavedPoint(
                        RsaIdentity.read(one, "relay"),
                        SecretBytes.adopt(one.array(Ed25519KeyPair.EXPANDED_LEN, "auth key")),
                        SecretBytes.adopt(one.array(X25519.LEN, "encryption key")),
                        Instant.ofEpochSecond(limited(one.u64("expires"), MAX_SECONDS, "expiry")),
                        (int) limited(one.u32("left"), Integer.MAX_VALUE, "introductions")));
            }
            in.expectEnd("state of a service");
        } catch (WireFormatException e) {
            points.build().forEach(SavedPoint::close);
            throw e;
        }
        return points.build();
    }

    /** The revision that was used last for a blinded key. */
    Optional<Revision> revision(Bytes blindedKey) {
        return revisions.stream()
                .filter(revision -> revision.blindedKey().equals(blindedKey))
                .findFirst();
    }

    /** With this revision as the one that was used last of all; the one that was used longest ago may go. */
    StateContent with(Revision used) {
        ImmutableList.Builder<Revision> kept = ImmutableList.builder();
        revisions.stream()
                .filter(revision -> !revision.blindedKey().equals(used.blindedKey()))
                .forEach(kept::add);
        ImmutableList<Revision> all = kept.add(used).build();
        return new StateContent(
                owner,
                identitySaved,
                all.subList(Math.max(0, all.size() - MAX_REVISIONS), all.size()),
                clients,
                points);
    }

    /** Says nothing. */
    @Override
    public String toString() {
        return "StateContent";
    }
}
