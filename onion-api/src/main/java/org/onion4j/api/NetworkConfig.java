package org.onion4j.api;

import com.google.common.collect.ImmutableList;
import com.google.common.io.ByteStreams;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.onion4j.directory.network.NetworkDescription;
import org.onion4j.directory.network.NetworkDescriptionException;
import org.onion4j.directory.network.NetworkWarning;

/**
 * Which network to join, described by lines of C tor's configuration: {@code DirAuthority}, {@code FallbackDir},
 * {@code TestingTorNetwork} and {@code EnforceDistinctSubnets}. One file can serve C tor and this library. Options that
 * mean nothing here are passed over and listed in {@link #warnings}. Immutable.
 */
public final class NetworkConfig {
    private final NetworkDescription description;

    private NetworkConfig(NetworkDescription description) {
        this.description = description;
    }

    /** The public Tor network. */
    public static NetworkConfig publicNetwork() {
        return new NetworkConfig(NetworkDescription.publicNetwork());
    }

    /**
     * The network that a text describes; the public one if it names no authority.
     *
     * @throws NetworkConfigException if a line that matters is malformed
     */
    public static NetworkConfig ofTorrc(String text) throws NetworkConfigException {
        try {
            return new NetworkConfig(NetworkDescription.parse(text));
        } catch (NetworkDescriptionException e) {
            throw new NetworkConfigException(e.getMessage(), e.line(), e);
        }
    }

    /**
     * The network that a file describes.
     *
     * @throws NetworkConfigException if it cannot be read, or a line that matters is malformed
     */
    public static NetworkConfig ofTorrc(Path file) throws NetworkConfigException {
        if (isNamedPipe(file)) {
            throw new NetworkConfigException("the network file is a named pipe", 0, null);
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = ByteStreams.toByteArray(ByteStreams.limit(in, NetworkDescription.MAX_TEXT_LEN + 1L));
        } catch (IOException e) {
            throw new NetworkConfigException("the network file cannot be read: " + e, 0, e);
        }
        if (bytes.length > NetworkDescription.MAX_TEXT_LEN) {
            throw new NetworkConfigException(
                    "the network file has more than " + NetworkDescription.MAX_TEXT_LEN + " bytes", 0, null);
        }
        return ofTorrc(new String(bytes, StandardCharsets.UTF_8));
    }

    /**
     * Whether reading would wait for somebody to write, for ever perhaps. What is below /dev or /proc stands for files that
     * this process has open, such as its standard input.
     */
    private static boolean isNamedPipe(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).isOther()
                    && !absolute.startsWith("/dev")
                    && !absolute.startsWith("/proc");
        } catch (IOException e) {
            return false; // opening it tells more
        }
    }

    /** What was passed over, a sentence each, beginning with the number of the line. */
    public List<String> warnings() {
        return description.warnings().stream().map(NetworkWarning::toString).collect(ImmutableList.toImmutableList());
    }

    /** Whether this is a network for tests, whose relays and destinations may be on this machine. */
    public boolean isTesting() {
        return description.kind() == NetworkDescription.Kind.TESTING;
    }

    NetworkDescription description() {
        return description;
    }

    @Override
    public String toString() {
        return "NetworkConfig[" + description.votingAuthorities().size() + " authorities"
                + (isTesting() ? ", for tests]" : "]");
    }
}
