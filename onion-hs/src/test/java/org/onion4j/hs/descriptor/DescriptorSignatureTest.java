package org.onion4j.hs.descriptor;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.primitive.Ed25519;
import org.onion4j.crypto.primitive.Ed25519Signer;

/**
 * T39: each signature of a descriptor is judged as others are, where implementations disagree. Those are made here by who
 * has the keys: nobody else can make a descriptor whose other signatures are good.
 */
class DescriptorSignatureTest {
    private static final int HALF = 32;
    private static final BigInteger ORDER =
            BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

    /** The neutral element: as a key and as R, with S = 0, good for all messages where small orders are let pass. */
    private static final Bytes NEUTRAL = Bytes.copyOf(endian(BigInteger.ONE));

    private final TestService service = new TestService(39);

    /** Signs some messages in a way of its own. */
    private record Odd(Ed25519Signer usual, Predicate<Bytes> which, UnaryOperator<Bytes> change)
            implements Ed25519Signer {
        @Override
        public Bytes publicKey() {
            return usual.publicKey();
        }

        @Override
        public Bytes sign(Bytes message) {
            Bytes signature = usual.sign(message);
            return which.test(message) ? change.apply(signature) : signature;
        }
    }

    private static final class Neutral implements Ed25519Signer {
        @Override
        public Bytes publicKey() {
            return NEUTRAL;
        }

        @Override
        public Bytes sign(Bytes message) {
            return Bytes.concat(NEUTRAL, Bytes.copyOf(new byte[HALF]));
        }
    }

    private static byte[] endian(BigInteger number) {
        byte[] little = new byte[HALF];
        for (int i = 0; i < HALF; i++) {
            little[i] = number.shiftRight(8 * i).byteValue();
        }
        return little;
    }

    /** S + L in place of S: the same equation, other bytes. */
    private static Bytes notReduced(Bytes signature) {
        BigInteger s = BigInteger.ZERO;
        for (int i = HALF - 1; i >= 0; i--) {
            s = s.shiftLeft(8).or(BigInteger.valueOf(signature.toArray()[HALF + i] & 0xff));
        }
        return Bytes.concat(signature.slice(0, HALF), Bytes.copyOf(endian(s.add(ORDER))));
    }

    private Optional<Descriptor> read(Ed25519Signer blinded, Ed25519Signer signing) {
        Bytes text = new DescriptorMaker(
                        service.keys(),
                        DescriptorMaker.certify(blinded, signing.publicKey(), TestService.NOW),
                        signing,
                        service.random())
                .make(service.content(2), List.of(), TestService.NOW);
        try {
            return Optional.of(service.read(text, Optional.empty()));
        } catch (DescriptorException e) {
            assertThat(e.kind()).isEqualTo(DescriptorException.Kind.INVALID);
            return Optional.empty();
        }
    }

    private static boolean isOfTheWhole(Bytes message) {
        Bytes prefix = Bytes.copyOf(OuterLayer.SIGNATURE_PREFIX);
        return message.size() > prefix.size() && message.slice(0, prefix.size()).equals(prefix);
    }

    @Test
    void t39_signaturesAsUsual_areGood() {
        assertThat(read(service.blinded(), service.signing()))
                .hasValueSatisfying(descriptor ->
                        assertThat(descriptor.introductionPoints()).hasSize(2));
    }

    @Test
    void t39_scalarNotReduced_isGoodNowhere() {
        Ed25519Signer blinded = new Odd(service.blinded(), message -> true, DescriptorSignatureTest::notReduced);
        assertThat(read(blinded, service.signing())).as("certificate").isEmpty();

        Ed25519Signer whole =
                new Odd(service.signing(), DescriptorSignatureTest::isOfTheWhole, DescriptorSignatureTest::notReduced);
        assertThat(read(service.blinded(), whole)).as("descriptor").isEmpty();

        Ed25519Signer points =
                new Odd(service.signing(), message -> !isOfTheWhole(message), DescriptorSignatureTest::notReduced);
        assertThat(read(service.blinded(), points)
                        .filter(descriptor -> !descriptor.introductionPoints().isEmpty()))
                .as("introduction points")
                .isEmpty();
    }

    @Test
    void t39_signingKeyOfSmallOrder_isNoKey() {
        Ed25519Signer neutral = new Neutral();
        assertThat(Ed25519.verify(NEUTRAL, Bytes.EMPTY, neutral.sign(Bytes.EMPTY)))
                .isFalse();
        assertThat(read(service.blinded(), neutral)).isEmpty();
    }
}
