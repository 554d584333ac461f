package org.onion4j.testnet.dir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.cert.Ed25519CertType;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.Mutations;

/** What a directory of onion services takes and keeps. */
class OnionDirectoryTest {
    private static final Instant NOW = TestDirectory.NOW;

    private final OnionDirectory directory = new OnionDirectory();
    private final TestOnion onion = new TestOnion(3);

    private void store(String text, Instant now) throws DocumentException {
        directory.store(DocumentText.bytes(text), now);
    }

    @Test
    void store_higherRevision_replacesTheLast() throws Exception {
        store(onion.descriptor(1, 60, NOW), NOW);
        String second = onion.descriptor(2, 60, NOW);
        store(second, NOW);
        assertThat(directory.find(onion.blindedKey(), NOW)).contains(Bytes.copyOf(DocumentText.bytes(second)));
        assertThatThrownBy(() -> store(onion.descriptor(1, 60, NOW), NOW))
                .isInstanceOf(DocumentException.class)
                .hasMessageContaining("revision");
    }

    @Test
    void find_afterTheLifetime_givesNothing() throws Exception {
        store(onion.descriptor(9, 30, NOW), NOW);
        assertThat(directory.find(onion.blindedKey(), NOW.plus(Duration.ofMinutes(29))))
                .isPresent();
        Instant expired = NOW.plus(Duration.ofMinutes(30));
        assertThat(directory.find(onion.blindedKey(), expired)).isEmpty();
        store(onion.descriptor(1, 30, expired), expired);
        assertThat(directory.find(onion.blindedKey(), expired)).isPresent();
    }

    @Test
    void store_lifetimeOutOfRange_throwsDocumentException() {
        assertThatThrownBy(() -> store(onion.descriptor(1, 29, NOW), NOW)).isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> store(onion.descriptor(1, 721, NOW), NOW)).isInstanceOf(DocumentException.class);
    }

    @Test
    void store_certificateExpiredOrOfAnotherType_throwsDocumentException() {
        String good = onion.descriptor(1, 60, NOW);
        assertThatThrownBy(() -> store(good, NOW.plus(Duration.ofDays(3)))).isInstanceOf(DocumentException.class);
        String wrong = onion.descriptor(1, 60, NOW, Ed25519CertType.IDENTITY_V_SIGNING);
        assertThatThrownBy(() -> store(wrong, NOW)).isInstanceOf(DocumentException.class);
    }

    @Property(tries = 300)
    void store_damagedDescriptor_isRefusedOrTheSame(@ForAll("damaged") byte[] text) {
        try {
            OnionDescriptorEnvelope read = OnionDescriptorEnvelope.parse(text, NOW);
            assertThat(read.blindedKey()).isEqualTo(onion.blindedKey());
        } catch (DocumentException e) {
            assertThat(e).hasMessageNotContaining("null");
        }
    }

    @Provide
    Arbitrary<byte[]> damaged() {
        return Mutations.of(DocumentText.bytes(onion.descriptor(1, 60, NOW)));
    }
}
