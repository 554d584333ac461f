package org.onion4j.examples;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program behind {@code examples/run}. Alone, it fetches one page; a subcommand for each thing it can do. */
@Command(
        name = "examples/run",
        description = "Onion4J from the command line. Without a command: fetches one page and says how.")
public final class Main implements Callable<Integer> {
    private static final String DEFAULT_URL = "https://check.torproject.org/api/ip";
    private static final int INTERNAL_ERROR = 70;
    private static final int INTERRUPTED = 130;

    @Option(
            names = "--network",
            paramLabel = "FILE",
            description = "the network to fetch through (default: the public one)")
    private String network;

    @Option(names = "--url", paramLabel = "URL", description = "what to fetch (default: ${DEFAULT-VALUE})")
    private String url = DEFAULT_URL;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "says what there is to say here")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Spec
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] args) {
        // No buffer below the writers: what a command has printed is out.
        OutputStream stdout = new FileOutputStream(FileDescriptor.out);
        PrintWriter err = new PrintWriter(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        System.exit(run(Clock.systemUTC(), stdout, err, args));
    }

    /** Runs one command to its end, and returns its exit status. */
    static int run(Clock clock, OutputStream stdout, PrintWriter err, String... args) {
        PrintWriter out = new PrintWriter(stdout, true, StandardCharsets.UTF_8);
        CommandLine commands = new CommandLine(new Main())
                .addSubcommand(new FetchCommand(stdout))
                .addSubcommand(new SocksCommand())
                .addSubcommand(new ResolveCommand())
                .addSubcommand(new ConsensusCommand(clock))
                .setOut(out)
                .setErr(err)
                .setExpandAtFiles(false)
                .setParameterExceptionHandler((e, given) -> {
                    String command = e.getCommandLine().getCommandSpec().qualifiedName();
                    err.println(
                            command + ": " + Failures.oneLine(e.getMessage()) + " (" + command + " --help tells more)");
                    return ExitStatus.BAD_ARGUMENTS;
                })
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e, command, err));
        int status = commands.execute(args);
        out.flush();
        return status;
    }

    private static int failed(Exception e, CommandLine command, PrintWriter err) {
        String name = command.getCommandSpec().qualifiedName() + ": ";
        if (e instanceof CommandException failure) {
            err.println(name + Failures.oneLine(failure.getMessage()));
            return failure.status();
        }
        if (e instanceof InterruptedException) {
            err.println(name + "interrupted");
            return INTERRUPTED;
        }
        err.println(name + "internal error: " + Failures.oneLine(e.toString()));
        return INTERNAL_ERROR;
    }

    @Override
    public Integer call() {
        List<String> fetch = new ArrayList<>(List.of("fetch", url));
        if (network != null) {
            fetch.addAll(List.of("--network", network));
        }
        PrintWriter err = spec.commandLine().getErr();
        err.println("examples/run: no command given (there is no demo yet), so this is: examples/run "
                + Failures.oneLine(String.join(" ", fetch)));
        err.println("examples/run: it goes through "
                + (network == null
                        ? "the public Tor network; --network FILE chooses another one"
                        : "the network of " + Failures.oneLine(network))
                + ", --url URL another page, --help shows the commands");
        return spec.commandLine().execute(fetch.toArray(new String[0]));
    }
}
