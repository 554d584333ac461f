package org.onion4j.directory.doc;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.onion4j.crypto.bytes.RsaIdentity;

/** The public network's consensus of one hour in 2024 with its certificates, where the machine has them. */
public final class RealConsensus {
    /** A moment at which it is valid. */
    public static final Instant NOW = Instant.parse("2024-05-17T17:30:00Z");

    private static final AtomicBoolean SAID = new AtomicBoolean();

    private RealConsensus() {}

    /** The folder of shared data, if the system property {@code onion4j.shared} names one. */
    public static Optional<Path> shared() {
        String name = System.getProperty("onion4j.shared");
        return name == null || !Files.isDirectory(Paths.get(name, "data"))
                ? Optional.empty()
                : Optional.of(Paths.get(name));
    }

    /** The folder of shared data; skips the test that asks where there is none, and says so in one line. */
    public static Path required() {
        Optional<Path> shared = shared();
        if (shared.isEmpty() && !SAID.getAndSet(true)) {
            System.out.println(
                    "Skipped: the tests of onion-directory on documents of the public network, since there is no "
                            + Paths.get(System.getProperty("onion4j.shared", "../shared"), "data")
                                    .normalize());
        }
        assumeTrue(shared.isPresent(), "no shared data on this machine");
        return shared.get();
    }

    /** The consensus; skips the test that asks where there is none. */
    public static byte[] consensus() {
        return read("consensus-2024-05-17-17-00/cached-microdesc-consensus");
    }

    /** The certificates; skips the test that asks where there are none. */
    public static byte[] certificates() {
        return read("consensus-2024-05-17-17-00/cached-certs");
    }

    /** The v3 identities of the authorities that vote. */
    public static ImmutableList<RsaIdentity> authorities() {
        JsonArray list = JsonParser.parseString(new String(read("public-authorities.json"), StandardCharsets.UTF_8))
                .getAsJsonObject()
                .getAsJsonArray("authorities");
        ImmutableList.Builder<RsaIdentity> identities = ImmutableList.builder();
        for (JsonElement one : list) {
            JsonElement v3 = one.getAsJsonObject().get("v3ident");
            if (v3 != null && !v3.isJsonNull()) {
                identities.add(RsaIdentity.fromHex(v3.getAsString()));
            }
        }
        return identities.build();
    }

    private static byte[] read(String name) {
        try {
            return Files.readAllBytes(required().resolve("data").resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
