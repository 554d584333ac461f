package org.onion4j.testnet.dir;

import com.google.common.io.BaseEncoding;
import java.time.Clock;
import java.util.Optional;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.directory.doc.DocumentException;

/**
 * The directory of one relay: answers requests for documents of the network, takes and gives descriptors of onion
 * services, and takes descriptors of relays if it belongs to an authority. Knows nothing of sockets and streams: each
 * connection is a {@link DirSession}. Any thread may call, sessions are the caller's. Spec: dir-spec, "HTTP headers",
 * "General-use HTTP URLs"; rend-spec-v3, "Client-side and service-side URLs of a directory".
 */
public final class DirServer {
    private static final String ONION = "/tor/hs/3/";
    private static final int BLINDED_KEY_CHARS = 43;

    private final DirectoryStore store;
    private final Optional<Authority> authority;
    private final OnionDirectory onions;
    private final Clock clock;
    private final Scheduler scheduler;
    private final DocumentRequests documents;
    private volatile DirectoryFaults faults = DirectoryFaults.NONE;

    /**
     * The directory of a relay.
     *
     * @param authority whose it is, if it is an authority's
     * @param clock the relay's own, which may be wrong
     * @param scheduler for answers that come in pieces
     */
    public DirServer(DirectoryStore store, Optional<Authority> authority, Clock clock, Scheduler scheduler) {
        this.store = store;
        this.authority = authority;
        this.onions = new OnionDirectory();
        this.clock = clock;
        this.scheduler = scheduler;
        this.documents = new DocumentRequests(store, authority, clock);
    }

    /** From now on, it deviates like this. */
    public void setFaults(DirectoryFaults value) {
        faults = value;
    }

    /** The descriptors of onion services that it keeps. */
    public OnionDirectory onions() {
        return onions;
    }

    /** A new connection. */
    public DirSession open(DirClient client, DirReply reply) {
        return new DirSession(request -> outcome(request, client), reply, scheduler);
    }

    private DirSession.Outcome outcome(DirRequest request, DirClient client) {
        DirAnswer answer = faults.alter(request, answer(request, client), store);
        return new DirSession.Outcome(HttpWriter.write(request, answer, client, clock.instant()), answer.delivery());
    }

    /** What is right to answer. */
    DirAnswer answer(DirRequest request, DirClient client) {
        if (request.path().startsWith("/tor/hs/")) {
            return onionService(request, client);
        }
        return request.method() == DirRequest.Method.GET ? documents.get(request) : post(request);
    }

    private DirAnswer onionService(DirRequest request, DirClient client) {
        if (client.way() != DirClient.Way.ANONYMOUS) {
            return DirAnswer.status(503, "Not to clients that can be seen");
        }
        if (request.method() == DirRequest.Method.POST) {
            if (!request.path().equals(ONION + "publish")) {
                return DirAnswer.status(400, "Bad request");
            }
            try {
                onions.store(request.body().toArray(), clock.instant());
                return DirAnswer.status(200, "Stored");
            } catch (DocumentException e) {
                return DirAnswer.status(400, "Bad descriptor");
            }
        }
        String key = request.path().startsWith(ONION) ? request.path().substring(ONION.length()) : "";
        if (key.length() != BLINDED_KEY_CHARS
                || !BaseEncoding.base64().omitPadding().canDecode(key)) {
            return DirAnswer.notFound();
        }
        Bytes blinded = Bytes.copyOf(BaseEncoding.base64().omitPadding().decode(key));
        return onions.find(blinded, clock.instant()).map(DirAnswer::ok).orElseGet(DirAnswer::notFound);
    }

    private DirAnswer post(DirRequest request) {
        if (!authority.isPresent()) {
            return DirAnswer.status(400, "Not an authority");
        }
        if (!request.path().equals("/tor/")) {
            return VotingRequests.post(authority.get(), request);
        }
        try {
            return switch (DescriptorUpload.take(request.body().toArray(), authority.get(), clock.instant())) {
                case ACCEPTED -> DirAnswer.status(200, "Descriptor accepted");
                case NOT_NEW -> DirAnswer.status(200, "Not new").withHeader("X-Descriptor-Not-New: Yes");
                case REJECTED -> DirAnswer.status(400, "Descriptor rejected");
            };
        } catch (DocumentException e) {
            return DirAnswer.status(400, "Bad descriptor: " + e.getMessage());
        }
    }
}
