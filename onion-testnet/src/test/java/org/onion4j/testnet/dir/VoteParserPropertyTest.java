package org.onion4j.testnet.dir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.Mutations;
import org.onion4j.testnet.dir.AuthoritySettings.FlagChange;

/** Votes that we make are read as they were meant; T34: any bytes give a vote or a {@link DocumentException}. */
class VoteParserPropertyTest {
    private static final TestDirectory NETWORK = new TestDirectory(5);
    private static final Vote.Times TIMES = new Vote.Times(
            TestDirectory.NOW,
            TestDirectory.SCHEDULE.validAfter(TestDirectory.NOW),
            TestDirectory.SCHEDULE.freshUntil(TestDirectory.SCHEDULE.validAfter(TestDirectory.NOW)),
            TestDirectory.SCHEDULE.validUntil(TestDirectory.SCHEDULE.validAfter(TestDirectory.NOW)),
            2,
            2);

    private static SignedVote vote(AuthoritySettings settings) {
        Authority authority = NETWORK.authorities.all().get(0);
        authority.random().prepare(TIMES.validAfter());
        authority.setSettings(settings);
        return authority.vote(TIMES, ImmutableSet.of(authority.relayIdentity()), identity -> true);
    }

    @Property(tries = 30)
    void parse_anyVote_isTheSame(@ForAll("settings") AuthoritySettings settings) throws Exception {
        SignedVote made = vote(settings);
        SignedVote read = VoteParser.parse(made.text().toArray());
        assertThat(read).isEqualTo(made);
        assertThat(read.vote().entries()).hasSize(9);
    }

    @Property(tries = 300)
    void parse_damagedVote_throwsDocumentExceptionOrIsTheSame(@ForAll("damaged") byte[] text) {
        try {
            // what stands behind the signature's argument, or white space, may change nothing
            assertThat(VoteParser.parse(text).digest())
                    .isEqualTo(vote(AuthoritySettings.DEFAULT).digest());
        } catch (DocumentException e) {
            assertThat(e).hasMessageNotContaining("null");
        }
    }

    @Property(tries = 200)
    void parse_anyBytes_throwsDocumentException(@ForAll byte[] text) {
        assertThatThrownBy(() -> VoteParser.parse(text)).isInstanceOf(DocumentException.class);
    }

    @Test
    void parse_voteUnderAnothersName_throwsDocumentException() {
        String text = new String(vote(AuthoritySettings.DEFAULT).text().toArray(), StandardCharsets.ISO_8859_1);
        String other = DocumentText.upperHex(
                NETWORK.authorities.all().get(1).keys().identity().value());
        String forged = text.replaceFirst("(dir-source authority0) [0-9A-F]{40}", "$1 " + other);
        assertThatThrownBy(() -> VoteParser.parse(DocumentText.bytes(forged)))
                .isInstanceOf(DocumentException.class)
                .hasMessageContaining("not signed by the voter");
    }

    @Provide
    Arbitrary<byte[]> damaged() {
        return Mutations.of(vote(AuthoritySettings.DEFAULT).text().toArray());
    }

    @Provide
    Arbitrary<AuthoritySettings> settings() {
        Arbitrary<RsaIdentity> relays = Arbitraries.of(
                NETWORK.identities.stream().map(i -> i.rsaIdentity()).toList());
        Arbitrary<String> flags = Arbitraries.of(FlagRules.KNOWN);
        return Combinators.combine(
                        Arbitraries.maps(
                                        Arbitraries.strings()
                                                .alpha()
                                                .ofMinLength(1)
                                                .ofMaxLength(8),
                                        Arbitraries.integers())
                                .ofMaxSize(5),
                        Arbitraries.maps(relays, Arbitraries.longs().between(0, 0xffff_ffffL))
                                .ofMaxSize(5),
                        relays,
                        flags,
                        flags)
                .as((parameters, measured, relay, more, less) -> AuthoritySettings.DEFAULT
                        .withParameters(parameters)
                        .withMeasured(measured)
                        .withFlagChanges(ImmutableMap.of(
                                relay,
                                new FlagChange(
                                        com.google.common.collect.ImmutableSortedSet.of(more),
                                        com.google.common.collect.ImmutableSortedSet.of(less)))));
    }
}
