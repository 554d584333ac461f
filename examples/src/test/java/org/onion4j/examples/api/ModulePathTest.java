package org.onion4j.examples.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.examples.testing.Programs;

/**
 * Applications that are Java modules. One with the README's example in it compiles and starts with onion-api on the module path;
 * one that runs a whole network does with onion-testnet there, and TLS for its relays on the class path.
 */
class ModulePathTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final List<String> SHIPPED =
            List.of("onion-", "bcprov-", "guava-", "failureaccess-", "slf4j-api-", "listenablefuture-");
    /** What its JUnit extension is compiled against: whoever uses onion-testnet has JUnit. */
    private static final List<String> JUNIT =
            List.of("junit-jupiter-api-", "junit-platform-commons-", "opentest4j-", "apiguardian-api-");
    /** What onion-testnet needs and no module names, as docs/testnet.md says. */
    private static final List<String> ON_THE_CLASS_PATH = List.of("bctls-", "bcutil-");

    @TempDir
    Path folder;

    @Test
    void readmeExample_compilesAndRunsOnTheModulePath() throws Exception {
        String printed = compileAndRun("module app { requires org.onion4j.api; }", program(readmeExample()), List.of());

        assertThat(printed.strip()).isEqualTo("org.onion4j.api");
    }

    @Test
    void testnet_runsOnTheModulePath_withTlsOnTheClassPath() throws Exception {
        String program = """
                package app;
                import java.nio.charset.StandardCharsets;
                import org.onion4j.api.OnionStream;
                import org.onion4j.testnet.*;
                final class Main {
                    public static void main(String[] args) throws Exception {
                        try (TestNetwork network = TestNetwork.builder().authorities(1).relays(3).exits(1).build()) {
                            network.serve("a.example", 80, Handlers.sends("through".getBytes(StandardCharsets.US_ASCII)));
                            try (OnionStream stream = network.client().openStream("a.example", 80)) {
                                System.out.write(stream.getInputStream().readAllBytes());
                                System.out.println(" " + TestNetwork.class.getModule().getName());
                            }
                        }
                    }
                }
                """;

        String printed = compileAndRun(
                "module app { requires org.onion4j.testnet; }", program, List.of("-cp", classPath(ON_THE_CLASS_PATH)));

        assertThat(printed.strip()).isEqualTo("through org.onion4j.testnet");
    }

    /** @return what it prints */
    private String compileAndRun(String module, String program, List<String> options) throws Exception {
        Path sources = Files.createDirectories(folder.resolve("src/app"));
        Path moduleInfo = Files.writeString(sources.getParent().resolve("module-info.java"), module);
        Path main = Files.writeString(sources.resolve("Main.java"), program);
        Path classes = folder.resolve("classes");
        compile(classes, moduleInfo, main);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-p", classes + File.pathSeparator + modulePath(), "-m", "app/app.Main"));
        return Programs.output(folder, LIMIT, "", command);
    }

    /** The block of Java in the README that uses the library itself. */
    private static String readmeExample() throws Exception {
        Matcher block = JAVA_BLOCK.matcher(Files.readString(Path.of("..", "README.md")));
        String found = "";
        while (!found.contains("OnionClient.builder()")) {
            assertThat(block.find()).isTrue();
            found = block.group(1);
        }
        return found;
    }

    /** A program around the example, which only loads the library: the example itself would need the Internet. */
    private static String program(String example) {
        return """
                package app;
                import java.io.*;
                import java.net.*;
                import java.nio.charset.StandardCharsets;
                import java.nio.file.*;
                import java.util.*;
                import org.onion4j.api.*;
                final class Main {
                    public static void main(String[] args) throws IOException {
                        NetworkConfig.publicNetwork();
                        System.out.println(OnionClient.class.getModule().getName());
                    }
                    static void example(Path directory) throws IOException {
                """ + example + "    }\n}\n";
    }

    private static void compile(Path classes, Path... sources) throws Exception {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options =
                List.of("-d", classes.toString(), "-p", modulePath(), "-Xlint:all,-requires-automatic", "-Werror");
        boolean done = javac.getTask(
                        messages,
                        null,
                        null,
                        options,
                        null,
                        javac.getStandardFileManager(null, null, null).getJavaFileObjects(sources))
                .call();
        assertThat(done).as(messages.toString()).isTrue();
    }

    /** What of this JVM's class path an application's tests have too. */
    private static String modulePath() {
        return classPath(SHIPPED) + File.pathSeparator + classPath(JUNIT);
    }

    /** The entries of this JVM's class path that begin with one of these. */
    private static String classPath(List<String> beginnings) {
        Stream<String> entries =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1));
        return entries.filter(entry -> begins(entry, beginnings)).collect(Collectors.joining(File.pathSeparator));
    }

    private static boolean begins(String entry, List<String> beginnings) {
        Path path = Path.of(entry);
        // In a build up to "test", the modules are folders of classes: onion-api/target/classes.
        String name = path.endsWith("target/classes")
                ? path.getParent().getParent().getFileName().toString()
                : path.getFileName().toString();
        return !name.contains("tests") && beginnings.stream().anyMatch(name::startsWith);
    }
}
