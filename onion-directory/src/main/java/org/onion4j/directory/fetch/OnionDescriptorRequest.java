package org.onion4j.directory.fetch;

import java.io.IOException;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;

/**
 * Asks a directory for the descriptor of an onion service. Static methods; they block as long as the stream does. Spec:
 * rend-spec-v3, "URLs for anonymous uploading and downloading".
 */
public final class OnionDescriptorRequest {
    private static final int NOT_FOUND = 404;

    private OnionDescriptorRequest() {}

    /**
     * The text of the descriptor, which nobody has looked into; empty if the directory hasn't got it. The connection is
     * the caller's to close.
     *
     * @param host what the directory is addressed by: address and port
     * @param blindedKey of the service in the time period, 32 bytes
     * @throws DirectoryException if the directory answers with an error or with rubbish
     */
    public static Optional<Bytes> get(DirectoryConnection connection, String host, Bytes blindedKey)
            throws DirectoryException, IOException {
        DirectoryRequest request = DirectoryRequest.onionDescriptor(blindedKey);
        connection.output().write(request.encode(host));
        connection.output().flush();
        DirectoryResponse response = DirectoryResponse.read(connection.input(), request, (count, length) -> {});
        if (response.status() == NOT_FOUND) {
            return Optional.empty();
        }
        if (response.status() != DirectoryResponse.OK) {
            throw new DirectoryException(FetchOutcome.BAD_ANSWER, "HTTP status " + response.status());
        }
        return Optional.of(Bytes.copyOf(response.body()));
    }
}
