package org.onion4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.examples.testing.Programs;

/** {@code examples/run} itself, with a JDK and a Maven that only say how they were called. */
class RunScriptTest {
    private static final List<String> TOOLS = List.of(
            "bash", "cksum", "dirname", "find", "flock", "grep", "mkdir", "mv", "readlink", "rm", "sed", "touch");

    /** Makes what the class path is made of, and keeps count. */
    private static final String MAVEN = """
            #!/usr/bin/env bash
            echo "JAVA_HOME=$JAVA_HOME $*" >>"$(dirname "$4")/maven-calls"
            out=$(dirname "$4")/examples/target/run
            mkdir -p "$out/lib"
            touch "$out/examples-1.jar" "$out/lib/a.jar" "$out/lib/b.jar"
            [ ! -e "$(dirname "$4")/broken" ] || { echo "[ERROR] it does not compile"; exit 1; }
            """;

    @TempDir
    Path folder;

    private Path root;
    private Path bin;

    @BeforeEach
    void makeProject() throws IOException {
        root = Files.createDirectories(folder.resolve("a project"));
        Path examples = Files.createDirectories(root.resolve("examples"));
        Files.createDirectories(examples.resolve("src/main"));
        Files.writeString(root.resolve("pom.xml"), "");
        Files.writeString(examples.resolve("pom.xml"), "");
        Files.writeString(examples.resolve("src/main/Source.java"), "");
        executable(examples.resolve("run"), Files.readString(Path.of("run")));
        bin = Files.createDirectories(folder.resolve("bin"));
        for (String tool : TOOLS) {
            Files.createSymbolicLink(bin.resolve(tool), Programs.find(tool).orElseThrow());
        }
        executable(bin.resolve("mvn"), MAVEN);
        age(root.resolve("pom.xml"), examples.resolve("pom.xml"), examples.resolve("src/main/Source.java"));
        age(examples.resolve("src/main"), examples.resolve("run"));
    }

    private static void age(Path... files) throws IOException {
        for (Path file : files) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
        }
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path jdk(String version) throws IOException {
        Path home = folder.resolve("jdk " + version);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        executable(home.resolve("bin/java"), "#!/usr/bin/env bash\nprintf '%s\\n' \"$@\"\n");
        executable(home.resolve("bin/javac"), "#!/usr/bin/env bash\n");
        return home;
    }

    private Programs.Result run(String javaHome, Path script, String... args) throws IOException, InterruptedException {
        String[] command = new String[args.length + 5];
        System.arraycopy(
                new String[] {"env", "-i", "PATH=" + bin, "JAVA_HOME=" + javaHome, script.toString()},
                0,
                command,
                0,
                5);
        System.arraycopy(args, 0, command, 5, args.length);
        return Programs.run(folder, Duration.ofMinutes(1), "", List.of(command));
    }

    private Path script() {
        return root.resolve("examples/run");
    }

    private List<String> mavenCalls() throws IOException {
        Path calls = root.resolve("maven-calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    @Test
    void firstRun_buildsAndRunsWithTheArgumentsAsTheyAre() throws Exception {
        Path home = jdk("17.0.15");

        Programs.Result ran = run(home.toString(), script(), "fetch", "http://a.test/?x y", "--out", "*");

        assertThat(ran.status()).isZero();
        assertThat(mavenCalls())
                .containsExactly("JAVA_HOME=" + home + " -q -B -f " + root + "/pom.xml -Prun -pl examples -am package");
        String lib = root + "/examples/target/run/lib/";
        assertThat(ran.out().lines())
                .endsWith(
                        "-cp",
                        root + "/examples/target/run/examples-1.jar:" + lib + "a.jar:" + lib + "b.jar",
                        "org.onion4j.examples.Main",
                        "fetch",
                        "http://a.test/?x y",
                        "--out",
                        "*");
        assertThat(ran.err().lines()).hasSize(1).allMatch(line -> line.startsWith("examples/run: building"));
    }

    @Test
    void laterRuns_buildOnlyWhenASourceIsNewer() throws Exception {
        String home = jdk("17.0.15").toString();
        run(home, script());

        Programs.Result second = run(home, script());
        assertThat(second.err()).isEmpty();
        assertThat(mavenCalls()).hasSize(1);

        Files.setLastModifiedTime(
                root.resolve("examples/src/main/Source.java"),
                FileTime.from(Instant.now().plusSeconds(5)));
        run(home, script());
        assertThat(mavenCalls()).hasSize(2);
    }

    @Test
    void calledThroughALinkFromElsewhere_findsItsOwnFolder() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("onion"), Path.of("a project/examples/run"));

        Programs.Result ran = run(jdk("25.0.1").toString(), link, "--help");

        assertThat(ran.status()).isZero();
        assertThat(ran.out().lines()).endsWith("org.onion4j.examples.Main", "--help");
    }

    @Test
    void jdkOnThePathAlone_isFound() throws Exception {
        Files.createSymbolicLink(bin.resolve("java"), jdk("21").resolve("bin/java"));

        assertThat(run("", script()).status()).isZero();
        assertThat(mavenCalls()).singleElement().asString().startsWith("JAVA_HOME=" + folder.toRealPath() + "/jdk 21 ");
    }

    @Test
    void brokenBuild_saysWhyAndIsTriedAgain() throws Exception {
        String home = jdk("17.0.15").toString();
        Files.writeString(root.resolve("broken"), "");
        Programs.Result ran = run(home, script());

        assertThat(ran.status()).isEqualTo(70);
        assertThat(ran.err()).contains("[ERROR] it does not compile").contains("the build failed");

        Files.delete(root.resolve("broken"));
        assertThat(run(home, script()).status()).isZero();
    }

    @Test
    void missingPrograms_areToldInOneLine() throws Exception {
        assertOneLine(run("", script()), "there is no java on the PATH: install a JDK (17 or later) or set JAVA_HOME");
        assertOneLine(run("/nowhere", script()), "JAVA_HOME is /nowhere, where there is no bin/java");
        assertOneLine(
                run(jdk("11.0.2").toString(), script()),
                "version 17 or later, but " + folder + "/jdk 11.0.2 has version 11");

        Path jre = jdk("17.0.1");
        Files.delete(jre.resolve("bin/javac"));
        assertOneLine(run(jre.toString(), script()), "needs a JDK for it, but " + jre + " has no bin/javac");

        Files.delete(bin.resolve("mvn"));
        assertOneLine(
                run(jdk("17.0.2").toString(), script()), "there is no mvn on the PATH: install Maven (3.8 or later)");
        assertThat(mavenCalls()).isEmpty();
    }

    private static void assertOneLine(Programs.Result ran, String message) {
        assertThat(ran.status()).isEqualTo(70);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err().lines())
                .singleElement()
                .asString()
                .startsWith("examples/run: ")
                .contains(message);
    }
}
