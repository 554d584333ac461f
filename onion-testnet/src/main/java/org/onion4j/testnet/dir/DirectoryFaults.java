package org.onion4j.testnet.dir;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.onion4j.crypto.bytes.Bytes;

/**
 * How a directory deviates from what it should answer. Called on whatever thread the request came in. The static methods
 * give ready-made ones, which leave alone what isn't a document.
 */
public interface DirectoryFaults {
    /** No deviation. */
    DirectoryFaults NONE = (request, answer, store) -> answer;

    /**
     * What to answer.
     *
     * @param answer what would be right
     * @param store the documents of the network
     */
    DirAnswer alter(DirRequest request, DirAnswer answer, DirectoryStore store);

    /** First this deviation, then another. */
    default DirectoryFaults and(DirectoryFaults next) {
        return (request, answer, store) -> next.alter(request, alter(request, answer, store), store);
    }

    /** The consensus is the oldest of those that are kept; not a word of a newer one. */
    static DirectoryFaults oldConsensus() {
        return (request, answer, store) -> {
            List<DirectorySnapshot> all = store.snapshots();
            Flavour flavour = consensusFlavour(request);
            if (flavour == null || all.isEmpty()) {
                return answer;
            }
            return answer.withDocument(
                    all.get(all.size() - 1).consensuses().get(flavour).text());
        };
    }

    /** Each document is the first half of what it should be. For an answer that breaks off, see {@link #cutAfter}. */
    static DirectoryFaults truncated() {
        return (request, answer, store) ->
                answer.status() != 200 || answer.document().isEmpty()
                        ? answer
                        : answer.withDocument(
                                answer.document().slice(0, answer.document().size() / 2));
    }

    /** The stream ends after so many bytes of the answer, header included. */
    static DirectoryFaults cutAfter(int bytes) {
        return (request, answer, store) -> answer.withDelivery(
                new DirAnswer.Delivery(false, OptionalInt.of(bytes), Integer.MAX_VALUE, Duration.ZERO));
    }

    /** A byte in the middle of each document is another one. */
    static DirectoryFaults forged() {
        return (request, answer, store) -> {
            if (answer.status() != 200 || answer.document().isEmpty()) {
                return answer;
            }
            byte[] text = answer.document().toArray();
            int at = text.length / 2;
            while (at < text.length - 1 && !Character.isLetterOrDigit(text[at])) {
                at++;
            }
            text[at] = (byte) (text[at] == 'A' ? 'B' : 'A');
            return answer.withDocument(Bytes.copyOf(text));
        };
    }

    /** Of the signatures of a consensus, only the first is left. */
    static DirectoryFaults unsigned() {
        return (request, answer, store) -> {
            if (consensusFlavour(request) == null || answer.status() != 200) {
                return answer;
            }
            String text = new String(answer.document().toArray(), StandardCharsets.ISO_8859_1);
            int first = text.indexOf("\ndirectory-signature ");
            int second = text.indexOf("\ndirectory-signature ", first + 1);
            return first < 0 || second < 0
                    ? answer
                    : answer.withDocument(Bytes.copyOf(DocumentText.bytes(text.substring(0, second + 1))));
        };
    }

    /** No request is answered; streams stay open. */
    static DirectoryFaults silent() {
        return (request, answer, store) -> answer.withDelivery(
                new DirAnswer.Delivery(true, OptionalInt.empty(), Integer.MAX_VALUE, Duration.ZERO));
    }

    /** Each request is answered with a status such as 404 or 503. */
    static DirectoryFaults status(int status) {
        return (request, answer, store) -> DirAnswer.status(status, "No");
    }

    /** Answers come in pieces of so many bytes with a pause before each but the first. */
    static DirectoryFaults dripping(int pieceLen, Duration pause) {
        return (request, answer, store) ->
                answer.withDelivery(new DirAnswer.Delivery(false, OptionalInt.empty(), pieceLen, pause));
    }

    /** Each request is answered with these bytes, whatever they are. */
    static DirectoryFaults raw(Bytes answer) {
        return (request, right, store) -> right.withRaw(answer);
    }

    /** Each request is answered with a few kilobytes that expand to so many zeros. */
    static DirectoryFaults bomb(int expandedLen) {
        Bytes body = HttpWriter.deflate(new byte[expandedLen]);
        Bytes head = Bytes.copyOf(DocumentText.bytes(
                "HTTP/1.0 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: " + body.size() + "\r\n\r\n"));
        return raw(Bytes.concat(head, body));
    }

    /** Microdescriptors of some digests are left out of answers. */
    static DirectoryFaults withholding(Predicate<Bytes> digests) {
        return (request, answer, store) -> {
            if (!request.path().startsWith(DocumentRequests.MICRO)) {
                return answer;
            }
            List<Bytes> left = new ArrayList<>();
            for (Bytes digest : DocumentRequests.microdescriptorDigests(request.path())) {
                if (!digests.test(digest)) {
                    store.microdescriptor(digest).ifPresent(left::add);
                }
            }
            return left.isEmpty()
                    ? DirAnswer.notFound()
                    : answer.withDocument(Bytes.concat(left.toArray(new Bytes[0])));
        };
    }

    /** Answers with microdescriptors have another text at their end, which nobody asked for. */
    static DirectoryFaults unasked(Bytes text) {
        return (request, answer, store) -> request.path().startsWith(DocumentRequests.MICRO) && answer.status() == 200
                ? answer.withDocument(Bytes.concat(answer.document(), text))
                : answer;
    }

    /** The flavour of consensus that is asked for; null if something else is. */
    private static Flavour consensusFlavour(DirRequest request) {
        String prefix = "/tor/status-vote/current/";
        for (Flavour flavour : Flavour.values()) {
            String path = prefix + flavour.resource();
            if (request.path().equals(path) || request.path().startsWith(path + "/")) {
                return flavour;
            }
        }
        return null;
    }
}
