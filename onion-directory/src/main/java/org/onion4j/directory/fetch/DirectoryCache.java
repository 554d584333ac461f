package org.onion4j.directory.fetch;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.directory.doc.AuthorityCertificate;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.Microdescriptor;
import org.onion4j.directory.doc.MicrodescriptorParser;
import org.onion4j.directory.state.StateStore;

/**
 * The documents of earlier runs. Nothing that is read here is trusted for having been stored: a consensus is verified
 * again, a microdescriptor is what its digest says (T74). What can't be read is set aside. Microdescriptors are stored
 * as they arrive, a segment for each answer; when all segments are taken they are joined, and old ones left out.
 *
 * <p>Threading: any thread; blocks on the storage. Its lock is held while it does.
 */
final class DirectoryCache {
    static final String CONSENSUS = "consensus-microdesc";
    static final String CERTIFICATES = "certificates";

    private static final int SEGMENTS = 16;
    private static final int MAX_JOINED_LEN = 48 << 20;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final ReentrantLock lock = new ReentrantLock();
    private final StateStore store;
    private final MicrodescriptorParser parser = new MicrodescriptorParser(); // guarded by lock
    private int nextSegment; // guarded by lock
    private boolean scanned; // guarded by lock: whether nextSegment is known

    DirectoryCache(StateStore store) {
        this.store = store;
    }

    static String segmentName(int number) {
        return "microdescriptors-" + number;
    }

    /** The text of the consensus, not yet parsed. */
    Optional<byte[]> consensus() {
        return store.read(CONSENSUS);
    }

    void saveConsensus(byte[] text) {
        store.write(CONSENSUS, text);
    }

    void dropConsensus() {
        store.delete(CONSENSUS);
    }

    /** The consensus was no good. */
    void setConsensusAside(String reason) {
        store.setAside(CONSENSUS, reason);
    }

    /** The certificates, each with good signatures. */
    ImmutableList<AuthorityCertificate> certificates() {
        Optional<byte[]> text = store.read(CERTIFICATES);
        if (!text.isPresent()) {
            return ImmutableList.of();
        }
        try {
            return AuthorityCertificate.parseAll(text.get());
        } catch (DocumentException e) {
            store.setAside(CERTIFICATES, "not certificates: " + e.getMessage());
            return ImmutableList.of();
        }
    }

    void saveCertificates(Iterable<AuthorityCertificate> certificates) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (AuthorityCertificate certificate : certificates) {
            write(text, certificate.text().toArray());
        }
        store.write(CERTIFICATES, text.toByteArray());
    }

    /** Reads an answer with microdescriptors, in such a way that equal parts are shared with all others read here. */
    MicrodescriptorParser.Result parse(byte[] body) {
        lock.lock();
        try {
            return parser.parseAll(body);
        } finally {
            lock.unlock();
        }
    }

    /** The microdescriptors among all stored ones that are wanted. */
    List<Microdescriptor> microdescriptors(Set<Bytes> wanted) {
        List<Microdescriptor> found = new ArrayList<>();
        if (wanted.isEmpty()) {
            return found;
        }
        lock.lock();
        try {
            scanned = true;
            for (int number = 0; number < SEGMENTS; number++) {
                for (Stored stored : segment(number)) {
                    if (wanted.contains(stored.microdescriptor.digest())) {
                        found.add(stored.microdescriptor);
                    }
                }
            }
        } finally {
            lock.unlock();
        }
        return found;
    }

    private record Stored(Microdescriptor microdescriptor, Bytes text, Instant lastListed) {}

    /** What a segment holds. One with anything faulty in it is set aside, and what is good in it written anew. */
    private List<Stored> segment(int number) {
        List<Stored> all = new ArrayList<>();
        Optional<byte[]> text = store.read(segmentName(number));
        if (!text.isPresent()) {
            return all;
        }
        nextSegment = Math.max(nextSegment, number + 1);
        MicrodescriptorParser.Result result = parser.parseAll(text.get());
        for (MicrodescriptorParser.Found found : result.good()) {
            all.add(new Stored(
                    found.microdescriptor(),
                    Bytes.copyOf(text.get(), found.from(), found.to() - found.from()),
                    found.lastListed().orElse(Instant.EPOCH)));
        }
        if (result.faulty() > 0) {
            store.setAside(segmentName(number), result.faulty() + " faulty microdescriptors");
            if (!all.isEmpty()) {
                store.write(segmentName(number), encode(all));
            }
        }
        return all;
    }

    /**
     * Stores microdescriptors that have just arrived.
     *
     * @param texts the text of each
     * @param listed what the consensus of the moment names: these stay when segments are joined
     */
    void append(List<Bytes> texts, ImmutableSet<Bytes> listed, Instant now) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Bytes text : texts) {
            encode(out, text, now);
        }
        lock.lock();
        try {
            for (int number = 0; !scanned && number < SEGMENTS; number++) {
                segment(number);
            }
            scanned = true;
            if (nextSegment >= SEGMENTS) {
                join(listed, now);
            }
            store.write(segmentName(nextSegment), out.toByteArray());
            nextSegment++;
        } finally {
            lock.unlock();
        }
    }

    private void join(ImmutableSet<Bytes> listed, Instant now) {
        Set<Bytes> seen = new HashSet<>();
        List<Stored> kept = new ArrayList<>();
        long length = 0;
        for (int number = SEGMENTS - 1; number >= 0; number--) { // the newest first
            for (Stored stored : segment(number)) {
                Bytes digest = stored.microdescriptor.digest();
                Instant lastListed = listed.contains(digest) ? now : stored.lastListed;
                length += stored.text.size() + 64;
                boolean keep = MicrodescriptorStore.worthKeeping(lastListed, now) && length <= MAX_JOINED_LEN;
                if (keep && seen.add(digest)) {
                    kept.add(new Stored(stored.microdescriptor, stored.text, lastListed));
                }
            }
        }
        store.write(segmentName(0), encode(kept)); // before the others go: a crash in between leaves some twice
        for (int number = 1; number < SEGMENTS; number++) {
            store.delete(segmentName(number));
        }
        nextSegment = 1;
    }

    private static byte[] encode(List<Stored> all) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Stored stored : all) {
            encode(out, stored.text, stored.lastListed);
        }
        return out.toByteArray();
    }

    private static void encode(ByteArrayOutputStream out, Bytes text, Instant lastListed) {
        write(out, ("@last-listed " + TIME.format(lastListed) + "\n").getBytes(StandardCharsets.US_ASCII));
        write(out, text.toArray());
    }

    private static void write(ByteArrayOutputStream out, byte[] bytes) {
        out.write(bytes, 0, bytes.length);
    }
}
