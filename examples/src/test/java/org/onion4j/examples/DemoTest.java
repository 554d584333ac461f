package org.onion4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The demo, from its first line to its last. */
class DemoTest {
    @Test
    void demo_fetchesAPage_showsWhatEachRelayKnew_andMeetsAnOnionService() {
        Ran ran = Ran.examples("demo", "--seed", "7");

        assertThat(ran.status()).as(String.join("\n", ran.err())).isEqualTo(ExitStatus.SUCCESS);
        assertThat(ran.err()).isEmpty();
        String out = String.join("\n", ran.out());
        assertThat(out)
                .contains("Welcome to shop.example")
                .containsPattern("relay\\d +guard +saw +the client's address, \\S+ after it")
                .containsPattern("not +where it goes, what is sent")
                .containsPattern("exit\\d +exit +saw +\\S+ before it, shop.example:80")
                .containsPattern("not +who the client is\n")
                .contains("Hello from a service that nobody can find on a map.")
                .containsPattern("[a-z2-7]{56}\\.onion");
    }

    @Test
    void noCommand_isTheDemo() {
        Ran ran = Ran.examples();

        assertThat(ran.status()).isEqualTo(ExitStatus.SUCCESS);
        assertThat(ran.out()).anyMatch(line -> line.contains("Welcome to shop.example"));
    }
}
