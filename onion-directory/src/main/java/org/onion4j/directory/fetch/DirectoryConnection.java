package org.onion4j.directory.fetch;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A stream to the directory part of a relay: what BEGIN_DIR opens, at the end of a circuit of one hop. One request is
 * made over it, by one thread; {@link #close} may come from any.
 */
public interface DirectoryConnection extends Closeable {
    /** Where the answer comes from; ends where the relay ends the stream in good order, fails where it does otherwise. */
    InputStream input() throws IOException;

    OutputStream output() throws IOException;

    /** Ends the stream and whatever was opened for it alone. A read or write under way fails at once. */
    @Override
    void close();
}
