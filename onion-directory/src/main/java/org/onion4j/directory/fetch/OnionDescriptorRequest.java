package org.onion4j.directory.fetch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;

/**
 * Asks a directory for the descriptor of an onion service, or to keep one. Static methods; they block as long as the stream
 * does. Spec: rend-spec-v3, "URLs for anonymous uploading and downloading".
 */
public final class OnionDescriptorRequest {
    /** The status of a request that was granted. */
    public static final int OK = DirectoryResponse.OK;

    private static final int NOT_FOUND = 404;
    private static final int MAX_HEADER_LEN = 4096;

    private OnionDescriptorRequest() {}

    /**
     * Sends the question. The connection is the caller's to close.
     *
     * @param host what the directory is addressed by: address and port
     * @param blindedKey of the service in the time period, 32 bytes
     */
    public static void ask(DirectoryConnection connection, String host, Bytes blindedKey) throws IOException {
        connection.output().write(DirectoryRequest.onionDescriptor(blindedKey).encode(host));
        connection.output().flush();
    }

    /**
     * Reads the answer: the text of the descriptor, which nobody has looked into; empty if the directory hasn't got it.
     * Where the directory has ended the stream already, that doesn't block.
     *
     * @param blindedKey that was asked for
     * @throws DirectoryException if the directory answers with an error or with rubbish
     */
    public static Optional<Bytes> answer(DirectoryConnection connection, Bytes blindedKey)
            throws DirectoryException, IOException {
        DirectoryRequest request = DirectoryRequest.onionDescriptor(blindedKey);
        DirectoryResponse response = DirectoryResponse.read(connection.input(), request, (count, length) -> {});
        if (response.status() == NOT_FOUND) {
            return Optional.empty();
        }
        if (response.status() != DirectoryResponse.OK) {
            throw new DirectoryException(FetchOutcome.BAD_ANSWER, "HTTP status " + response.status());
        }
        return Optional.of(Bytes.copyOf(response.body()));
    }

    /**
     * Hands a descriptor to a directory. The connection is the caller's to close.
     *
     * @param host what the directory is addressed by: address and port
     * @return the HTTP status of the answer: 200 if the directory keeps the descriptor
     * @throws DirectoryException if the directory answers with rubbish
     */
    public static int post(DirectoryConnection connection, String host, Bytes descriptor)
            throws DirectoryException, IOException {
        String header = "POST /tor/hs/3/publish HTTP/1.0\r\nHost: " + host + "\r\nContent-Length: " + descriptor.size()
                + "\r\n\r\n";
        Bytes request = Bytes.concat(Bytes.copyOf(header.getBytes(StandardCharsets.US_ASCII)), descriptor);
        connection.output().write(request.toArray());
        connection.output().flush();
        BoundedInput input = new BoundedInput(connection.input(), (count, length) -> {});
        return HttpHeader.parse(input.readHeader(MAX_HEADER_LEN)).status();
    }
}
