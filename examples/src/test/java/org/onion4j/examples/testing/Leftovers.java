package org.onion4j.examples.testing;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;

/** What a client may leave behind in this JVM, counted from outside: its threads, and objects that something still refers to. */
public final class Leftovers {
    private static final String TEST_PREFIX = "test: ";

    private Leftovers() {}

    /** The threads of the tests' own helpers are named so, for {@link #threadsSince} to leave them out. */
    public static ThreadFactory testThreads(String name) {
        return task -> {
            Thread thread = new Thread(task, TEST_PREFIX + name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * The names of the live threads that are not in {@code before} and not the tests' own. Those of the common pool are
     * the JVM's, which starts and ends them as it likes; clients give it no work.
     */
    public static List<String> threadsSince(Set<Thread> before) {
        return threads().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> !name.startsWith(TEST_PREFIX)
                        && !name.startsWith("process reaper")
                        && !name.startsWith("ForkJoinPool.commonPool"))
                .sorted()
                .toList();
    }

    /** The live threads. */
    public static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .collect(Collectors.toSet());
    }

    /** How many objects of exactly this class are reachable, after a full garbage collection. */
    public static long reachable(String className) throws IOException {
        try {
            String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
            return histogram
                    .lines()
                    .map(line -> line.strip().split("\\s+", -1))
                    .filter(words -> words.length >= 4 && words[3].equals(className))
                    .mapToLong(words -> Long.parseLong(words[1]))
                    .sum();
        } catch (JMException e) {
            throw new IOException("this JVM counts no objects", e);
        }
    }
}
