package org.onion4j.examples;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.AuthorityCertificate;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.ConsensusVerifier;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.doc.SignatureVerdict;
import org.onion4j.directory.network.NetworkDescription;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code consensus}: what a consensus of the public network says, and whether it may be trusted. */
@Command(
        name = "consensus",
        description =
                "Verifies and summarises a microdescriptor consensus; exit status 4 where it must not be trusted.")
final class ConsensusCommand implements Callable<Integer> {
    private final Clock clock;

    @Parameters(paramLabel = "FILE", description = "the consensus, as C tor keeps it in cached-microdesc-consensus")
    private Path file;

    @Option(
            names = "--certs",
            paramLabel = "FILE",
            required = true,
            description = "the authorities' certificates, as C tor keeps them in cached-certs")
    private Path certs;

    @Option(
            names = "--at",
            paramLabel = "INSTANT",
            description = "the time to judge for, such as 2024-05-17T17:30:00Z (default: now)")
    private String at;

    @Spec
    private CommandSpec spec;

    ConsensusCommand(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws CommandException {
        Instant now = now();
        byte[] text = read(file, Consensus.MAX_LEN);
        byte[] certificates = read(certs, AuthorityCertificate.MAX_TOTAL_LEN);

        long start = System.nanoTime();
        Consensus consensus = parse(text);
        Duration parsing = Duration.ofNanos(System.nanoTime() - start);
        SignatureVerdict verdict = verify(consensus, certificates, now);

        PrintWriter out = spec.commandLine().getOut();
        out.println("relays=" + consensus.relays().size());
        out.println("guards=" + count(consensus, RelayFlag.GUARD));
        out.println("exits=" + count(consensus, RelayFlag.EXIT));
        out.println("signatures=" + verdict.good() + "/" + verdict.recognised() + "/" + verdict.total());
        out.println("valid=" + consensus.validAfter() + "/" + consensus.validUntil());
        out.println("parse_ms=" + parsing.toMillis());
        requireTrusted(consensus, verdict, now);
        return ExitStatus.SUCCESS;
    }

    private Instant now() throws CommandException {
        try {
            return at == null ? clock.instant() : Instant.parse(at);
        } catch (DateTimeException e) {
            throw CommandException.badArgument("--at takes a time such as 2024-05-17T17:30:00Z, not '" + at + "'");
        }
    }

    private static byte[] read(Path file, int maxLength) throws CommandException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(maxLength + 1);
            if (bytes.length > maxLength) {
                throw CommandException.badArgument(file + ": has more than " + maxLength + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw new CommandException(ExitStatus.BAD_ARGUMENTS, Failures.unreadable(file, e), e);
        }
    }

    private Consensus parse(byte[] text) throws CommandException {
        try {
            return Consensus.parse(text);
        } catch (DocumentException e) {
            throw new CommandException(ExitStatus.UNTRUSTED, file + ": no consensus: " + e.getMessage(), e);
        }
    }

    private SignatureVerdict verify(Consensus consensus, byte[] certificates, Instant now) throws CommandException {
        List<RsaIdentity> authorities = NetworkDescription.publicNetwork().votingAuthorities().stream()
                .map(authority -> authority.v3Identity().orElseThrow())
                .toList();
        try {
            return new ConsensusVerifier(authorities)
                    .verify(consensus, AuthorityCertificate.parseAll(certificates), now);
        } catch (DocumentException e) {
            throw new CommandException(ExitStatus.BAD_ARGUMENTS, certs + ": no certificates: " + e.getMessage(), e);
        }
    }

    private static long count(Consensus consensus, RelayFlag flag) {
        return consensus.relays().stream().filter(relay -> relay.has(flag)).count();
    }

    private void requireTrusted(Consensus consensus, SignatureVerdict verdict, Instant now) throws CommandException {
        if (now.isBefore(consensus.validAfter())) {
            throw untrusted("it is valid only from " + consensus.validAfter());
        }
        if (now.isAfter(consensus.validUntil())) {
            throw untrusted("it has been invalid since " + consensus.validUntil());
        }
        if (!verdict.trusted()) {
            throw untrusted("it has " + verdict.good() + " good signatures of the " + verdict.authorities()
                    + " authorities, and needs more than half");
        }
    }

    private CommandException untrusted(String why) {
        return new CommandException(ExitStatus.UNTRUSTED, file + ": not to be trusted: " + why, null);
    }
}
