package org.onion4j.examples;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program behind {@code examples/run}. Alone, it is the demo; a subcommand for each thing it can do. */
@Command(
        name = "examples/run",
        description = "Onion4J from the command line. Without a command: the demo, which needs no Internet.")
public final class Main implements Callable<Integer> {
    private static final int INTERNAL_ERROR = 70;
    private static final int INTERRUPTED = 130;

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
                .addSubcommand(new DemoCommand())
                .addSubcommand(new FetchCommand(stdout))
                .addSubcommand(new SocksCommand())
                .addSubcommand(new ServeCommand())
                .addSubcommand(new ChatCommand(System.in))
                .addSubcommand(new ResolveCommand())
                .addSubcommand(new ConsensusCommand(clock))
                .addSubcommand(new TestnetCommand())
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
        return spec.commandLine().execute("demo");
    }
}
