package org.onion4j.examples.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds a run of TCP ports that nobody listens on. It lies below the range from which Linux takes the ports of outgoing connections,
 * so that none of them is lost between the search and the moment when a process binds it. JVMs in which tests run at the same time
 * look in ranges of their own: the system property {@code onion4j.fork} is the number of this one, from 1 on.
 */
final class FreePorts {
    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 32_000;
    private static final int RANGES = 4;
    private static final int RANGE = (HIGHEST - LOWEST) / RANGES;
    private static final int ATTEMPTS = 200;

    private FreePorts() {}

    /** The first of {@code count} neighbouring ports that are free on 127.0.0.1. */
    static int range(int count) throws IOException {
        int lowest = LOWEST + RANGE * Math.floorMod(Integer.getInteger("onion4j.fork", 1) - 1, RANGES);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int first = ThreadLocalRandom.current().nextInt(lowest, lowest + RANGE - count);
            if (allFree(first, count)) {
                return first;
            }
        }
        throw new IOException("no " + count + " free ports in a row from " + lowest + " on");
    }

    private static boolean allFree(int first, int count) {
        for (int port = first; port < first + count; port++) {
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                if (probe.getLocalPort() != port) {
                    return false;
                }
            } catch (IOException taken) {
                return false;
            }
        }
        return true;
    }
}
