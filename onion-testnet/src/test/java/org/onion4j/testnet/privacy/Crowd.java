package org.onion4j.testnet.privacy;

import com.google.common.base.Joiner;
import com.google.common.base.Splitter;
import com.google.common.base.Throwables;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Lists;
import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.onion4j.api.IsolationToken;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions;
import org.onion4j.testnet.Handlers;
import org.onion4j.testnet.TestDestination;
import org.onion4j.testnet.TestNetwork;

/**
 * Clients of one network, each with several owners of streams that must not be together, and what they ask for: everything
 * that is asked for has one owner. One test's, one thread.
 */
final class Crowd implements AutoCloseable {
    /** In all names and all that is sent, and nowhere else. */
    static final String SECRET = "zzq7secret";

    private static final Duration STEP = Duration.ofSeconds(2);
    private static final int MAX_STEPS = 400;
    private static final Duration READ_LIMIT = Duration.ofSeconds(20);
    private static final int ANSWER = 1200;

    /** One that asks for things. */
    record Owner(String name, OnionClient client, StreamOptions options, String host, String address) {}

    private final TestNetwork network;
    private final Random random;
    private final List<OnionClient> clients = new ArrayList<>();
    private final List<TestDestination> destinations = new ArrayList<>();
    private final List<Owner> owners = new ArrayList<>();
    private final Map<String, String> ownerOf = new HashMap<>();
    private final Map<String, InetAddress> places = new HashMap<>();
    private volatile boolean exitsMayInvent;

    Crowd(TestNetwork network, long seed) {
        this.network = network;
        this.random = new Random(seed);
    }

    /** Lets a client join, and finds out where it is: what relays see of it while it is alone in joining. */
    OnionClient join(String name) throws Exception {
        OnionClient client = network.newClient();
        join(name, client);
        return client;
    }

    /** The same for a client of the test's own making, which is closed with the crowd. */
    void join(String name, OnionClient client) throws Exception {
        Set<InetAddress> before = clientAddresses();
        clients.add(client);
        drive(List.of(client.bootstrapAsync()));
        Set<InetAddress> after = clientAddresses();
        after.removeAll(before);
        if (after.size() != 1) {
            throw new AssertionError("one client has joined, from " + after);
        }
        InetAddress place = after.iterator().next();
        owners.add(own(name, client, "default", StreamOptions.DEFAULT, place));
        owners.add(own(name, client, "token", isolated(IsolationToken.create()), place));
        owners.add(own(name, client, "token2", isolated(IsolationToken.create()), place));
        owners.add(own(name, client, "alice", isolated(IsolationToken.named("alice")), place));
        owners.add(own(name, client, "bob", isolated(IsolationToken.named("bob")), place));
    }

    private Set<InetAddress> clientAddresses() {
        return Sight.all(network).stream()
                .filter(sight -> sight.previous().isClient())
                .map(sight -> sight.previous().address().getAddress())
                .collect(Collectors.toSet());
    }

    private static StreamOptions isolated(IsolationToken token) {
        return StreamOptions.builder().isolation(token).build();
    }

    /** Makes an owner with destinations that nobody else asks for; the test itself asks for it. */
    Owner own(String client, OnionClient of, String token, StreamOptions options, InetAddress place) {
        String name = client + "/" + token;
        String host = SECRET + "-" + client + "-" + token + ".example";
        String address = "203.0.113." + (places.size() + 1);
        TestDestination byName = network.serve(host, 80, Handlers.echo());
        destinations.add(byName);
        destinations.add(network.serve(address, 80, Handlers.echo()));
        ownerOf.put(host, name);
        ownerOf.put("absent." + host, name);
        ownerOf.put(address, name);
        String looked = InetAddresses.toAddrString(byName.address());
        ownerOf.put(looked, name);
        ownerOf.put(reverse(looked), name);
        places.put(name, place);
        return new Owner(name, of, options, host, address);
    }

    private static String reverse(String address) {
        return Joiner.on('.').join(Lists.reverse(Splitter.on('.').splitToList(address))) + ".in-addr.arpa";
    }

    /** From now on, an answer that is not the server's counts as none. */
    void exitsMayInvent() {
        exitsMayInvent = true;
    }

    /** Where an owner's client is. */
    InetAddress place(String owner) {
        return places.get(owner);
    }

    /** The owner of a name, such as {@code c1/token}. */
    Owner owner(String name) {
        return owners.stream().filter(one -> one.name().equals(name)).findAny().orElseThrow();
    }

    /** Everybody asks for many things at once, in an order that the seed decides. Returns how many were had. */
    int ask(int times) throws Exception {
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            Owner owner = owners.get(random.nextInt(owners.size()));
            all.add(ask(owner, random.nextInt(8)));
        }
        drive(all);
        all.forEach(Crowd::checkFailure);
        return (int) all.stream().filter(one -> !one.isCompletedExceptionally()).count();
    }

    /** Requests may fail, with an error that has a type, and not give what is wrong. */
    private static void checkFailure(CompletableFuture<?> one) {
        one.handle((result, failure) -> {
                    if (failure != null && Throwables.getRootCause(failure) instanceof AssertionError wrong) {
                        throw wrong;
                    }
                    return null;
                })
                .join();
    }

    private CompletableFuture<?> ask(Owner owner, int what) {
        OnionClient client = owner.client();
        StreamOptions options = owner.options();
        return switch (what) {
            case 0 -> client.resolveAsync(owner.host(), options);
            case 1 -> client.resolveAsync("absent." + owner.host(), options);
            case 2 -> client.openStreamAsync(owner.host(), 81, options).thenAccept(this::talk); // refused
            case 3, 4 -> client.openStreamAsync(owner.address(), 80, options).thenAccept(this::talk);
            default -> client.openStreamAsync(owner.host(), 80, options).thenAccept(this::talk);
        };
    }

    /** A few cells there and back: what comes is what went. */
    private void talk(OnionStream stream) {
        byte[] words = SECRET.repeat(ANSWER / SECRET.length()).getBytes(StandardCharsets.US_ASCII);
        try (stream) {
            stream.setReadTimeout(READ_LIMIT);
            stream.getOutputStream().write(words);
            byte[] echo = stream.getInputStream().readNBytes(words.length);
            if (!Arrays.equals(words, echo)) {
                if (exitsMayInvent) {
                    throw new IllegalStateException("an exit's own words"); // as it may: who minds has TLS inside
                }
                throw new AssertionError("not what was said: " + new String(echo, StandardCharsets.US_ASCII));
            }
        } catch (OnionException e) {
            throw new UncheckedIOException(e); // the fault's doing
        } catch (IOException e) {
            throw new AssertionError("an error without a type", e);
        }
    }

    /** Lets the network work, and time go on as far as it must, until all are done, well or badly. */
    void drive(List<CompletableFuture<?>> all) throws Exception {
        CompletableFuture<Void> done = CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]));
        network.time().settle(Duration.ofSeconds(1));
        for (int step = 0; step < MAX_STEPS && !done.isDone(); step++) {
            CompletableFuture<Void> whole = done.handle((nothing, failure) -> null);
            try {
                whole.get(2, TimeUnit.MILLISECONDS); // the application's threads are not the network's to wait for
            } catch (TimeoutException e) {
                network.time().advance(STEP);
            }
        }
        done.handle((nothing, failure) -> null).get(30, TimeUnit.SECONDS);
    }

    ImmutableMap<String, String> ownersByHost() {
        return ImmutableMap.copyOf(ownerOf);
    }

    ImmutableMap<String, InetAddress> clientsByOwner() {
        return ImmutableMap.copyOf(places);
    }

    @Override
    public void close() {
        clients.forEach(OnionClient::close);
        destinations.forEach(TestDestination::close);
    }
}
