package org.onion4j.examples.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

/** An application that is a Java module, with the README's example in it: it compiles and starts with onion-api on the module path. */
class ModulePathTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final List<String> SHIPPED =
            List.of("onion-", "bcprov-", "guava-", "failureaccess-", "slf4j-api-", "listenablefuture-");

    @TempDir
    Path folder;

    @Test
    void readmeExample_compilesAndRunsOnTheModulePath() throws Exception {
        Path sources = Files.createDirectories(folder.resolve("src/app"));
        Path moduleInfo = Files.writeString(
                sources.getParent().resolve("module-info.java"), "module app { requires org.onion4j.api; }");
        Path main = Files.writeString(sources.resolve("Main.java"), program(readmeExample()));
        Path classes = folder.resolve("classes");

        compile(classes, moduleInfo, main);

        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String printed = Programs.output(
                folder,
                LIMIT,
                "",
                List.of(java, "-p", classes + File.pathSeparator + modulePath(), "-m", "app/app.Main"));
        assertThat(printed.strip()).isEqualTo("org.onion4j.api");
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

    /** What of this JVM's class path an application has too. */
    private static String modulePath() throws Exception {
        Stream<String> entries =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1));
        return entries.filter(ModulePathTest::isShipped).collect(Collectors.joining(File.pathSeparator));
    }

    private static boolean isShipped(String entry) {
        Path path = Path.of(entry);
        // In a build up to "test", the modules are folders of classes: onion-api/target/classes.
        String name = path.endsWith("target/classes")
                ? path.getParent().getParent().getFileName().toString()
                : path.getFileName().toString();
        return !name.contains("tests") && SHIPPED.stream().anyMatch(name::startsWith);
    }
}
