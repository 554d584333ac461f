package org.onion4j.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.onion4j.api.ClientClosedException;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.api.OnionServiceKey;
import org.onion4j.api.OnionServiceStream;
import org.onion4j.api.OnionStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code chat}: two processes that know each other by onion address alone. */
@Command(
        name = "chat",
        description =
                "Chats with somebody of whom only the onion address is known. Prints one's own address, then what the"
                        + " other one says, each line behind '> '; sends the lines of standard input, and ends with it.")
final class ChatCommand implements Callable<Integer> {
    private static final int PORT = 7979;
    private static final int MAX_CALLERS = 16;
    private static final int FIRST_PAUSE_SECONDS = 1;
    private static final int LONGEST_PAUSE_SECONDS = 30;

    @Parameters(
            arity = "0..1",
            paramLabel = "ADDRESS",
            description = "whom to call, and to let in alone (default: wait for whoever calls first)")
    private String peer;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            required = true,
            description = "where to keep what the client learns, and the key behind one's own address")
    private Path state;

    @Mixin
    private NetworkOptions network;

    @Spec
    private CommandSpec spec;

    private final InputStream typed;

    /** @param typed the lines to send */
    ChatCommand(InputStream typed) {
        this.typed = typed;
    }

    @Override
    public Integer call() throws CommandException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Optional<String> callee = Optional.ofNullable(peer).map(address -> address.toLowerCase(Locale.ROOT));
        if (callee.isPresent() && !ChatIdentity.isAddress(callee.get())) {
            throw CommandException.badArgument("'" + peer + "' is no address of an onion service");
        }
        try (OnionClient client = network.open(state, err)) {
            ChatIdentity us = ChatIdentity.of(state.resolve("chat-key"));
            if (callee.equals(Optional.of(us.address()))) {
                throw CommandException.badArgument("ADDRESS is one's own");
            }
            ChatRoom room = new ChatRoom(us.address(), callee, out, err);
            try (OnionServiceKey key = us.serviceKey();
                    OnionService service = client.host(config(key, us, room, err))) {
                Runtime.getRuntime().addShutdownHook(new Thread(client::close, "end of chat"));
                out.println(service.address());
                out.flush();
                NetworkOptions.bootstrap(client, err);
                start("chat: sends", room::send);
                callee.ifPresent(
                        address -> start("chat: calls", () -> callAgainAndAgain(client, us, address, room, err)));
                sendWhatIsTyped(room);
                return ExitStatus.SUCCESS;
            }
        } catch (OnionException e) {
            throw NetworkOptions.failure("cannot chat", e);
        }
    }

    private static OnionServiceConfig config(OnionServiceKey key, ChatIdentity us, ChatRoom room, PrintWriter err) {
        return OnionServiceConfig.builder()
                .name("chat")
                .key(key)
                .maxStreams(MAX_CALLERS)
                .port(PORT, stream -> receive(stream, us, room))
                .listener(event -> err.println(event))
                .build();
    }

    private static void receive(OnionServiceStream stream, ChatIdentity us, ChatRoom room) throws IOException {
        try (ChatLink caller = ChatLink.toCaller(stream, us)) {
            room.receive(caller);
        }
    }

    private interface Life {
        void live() throws InterruptedException;
    }

    private static void start(String name, Life life) {
        Thread thread = new Thread(
                () -> {
                    try {
                        life.live();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt(); // and it ends
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void callAgainAndAgain(
            OnionClient client, ChatIdentity us, String callee, ChatRoom room, PrintWriter err)
            throws InterruptedException {
        String told = "";
        int pause = FIRST_PAUSE_SECONDS;
        while (true) {
            room.awaitNobody();
            try (OnionStream stream = client.openStream(callee, PORT);
                    ChatLink link = ChatLink.toCallee(stream, us, callee)) {
                pause = FIRST_PAUSE_SECONDS;
                told = "";
                room.called(link);
            } catch (ClientClosedException e) {
                return;
            } catch (IOException e) {
                String why = Failures.oneLine(Failures.reason(e));
                if (!why.equals(told)) {
                    err.println("-- calling again and again: " + why);
                    told = why;
                }
            }
            TimeUnit.SECONDS.sleep(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_SECONDS);
        }
    }

    private void sendWhatIsTyped(ChatRoom room) throws CommandException, InterruptedException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(typed, StandardCharsets.UTF_8));
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                room.say(line);
            }
        } catch (IOException e) {
            throw new CommandException(
                    ExitStatus.STREAM_FAILED, "cannot read standard input: " + Failures.reason(e), e);
        }
        room.leave();
    }
}
