package org.onion4j.hs.descriptor;

import com.google.common.collect.ImmutableList;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ItemReader;

/**
 * Reads the innermost layer of a descriptor: what is said of the service, then a section for each introduction point. A
 * fault in the first part makes the descriptor invalid; a section with a fault is left out. Not for more than one thread.
 * Spec: rend-spec-v3, "Second layer plaintext format".
 */
final class InnerLayerParser {
    private static final byte[] SECTION = ItemReader.ascii("introduction-point ");
    private static final String NTOR = "2";
    private static final String AUTH_ED25519 = "ed25519";
    private static final long MAX_EFFORT = (1L << 32) - 1;
    private static final int SENDME_INCREMENT_SLACK = 1;

    private final byte[] text;
    private final OuterLayer outer;
    private final Instant now;
    private final int sendmeIncrement;

    private boolean single;
    private Optional<Descriptor.FlowControl> flowControl = Optional.empty();
    private Optional<PowParameters> pow = Optional.empty();

    /** @param sendmeIncrement the consensus's, from which the service's may differ by one */
    InnerLayerParser(byte[] text, OuterLayer outer, Instant now, int sendmeIncrement) {
        this.text = text;
        this.outer = outer;
        this.now = now;
        this.sendmeIncrement = sendmeIncrement;
    }

    Descriptor parse() throws DescriptorException {
        List<Integer> starts = sectionStarts();
        try {
            header(starts.isEmpty() ? text.length : starts.get(0));
        } catch (DocumentException e) {
            throw DescriptorException.invalid("inner layer", e);
        }
        return new Descriptor(outer.revision(), outer.lifetime(), introductionPoints(starts), single, flowControl, pow);
    }

    /** Where lines begin that open the section of an introduction point. */
    private List<Integer> sectionStarts() {
        List<Integer> starts = new ArrayList<>();
        for (int at = 0; at < text.length; at++) {
            if ((at == 0 || text[at - 1] == '\n') && startsWith(at)) {
                starts.add(at);
            }
        }
        return starts;
    }

    private boolean startsWith(int at) {
        if (text.length - at < SECTION.length) {
            return false;
        }
        for (int i = 0; i < SECTION.length; i++) {
            if (text[at + i] != SECTION[i]) {
                return false;
            }
        }
        return true;
    }

    private void header(int end) throws DocumentException {
        Fields fields = new Fields(text, 0, end, "pow-params");
        ItemReader in = fields.in;
        fields.expectFirst("create2-formats");
        fields.takeLine();
        boolean ntor = false;
        while (in.nextArg()) {
            ntor |= in.argText().equals(NTOR);
        }
        if (!ntor) {
            throw in.fault("the service doesn't know ntor");
        }
        while (fields.next()) {
            switch (fields.keyword()) {
                case "intro-auth-required" -> {
                    fields.takeLine();
                    authorization(in);
                }
                case "single-onion-service" -> {
                    fields.takeLine();
                    single = true;
                }
                case "flow-control" -> {
                    fields.takeLine();
                    String versions = in.text("versions");
                    int increment = (int) in.number("increment", 1, 0xff);
                    if (Math.abs(increment - sendmeIncrement) > SENDME_INCREMENT_SLACK) {
                        throw in.fault("increment of SENDMEs unlike the network's");
                    }
                    flowControl = Optional.of(new Descriptor.FlowControl(versions, increment));
                }
                case "pow-params" -> {
                    fields.takeLine();
                    proofOfWork(in);
                }
                case "create2-formats" -> throw in.fault("create2-formats twice");
                default -> {} // of a later version
            }
        }
    }

    private static void authorization(ItemReader in) throws DocumentException {
        boolean known = false;
        while (in.nextArg()) {
            known |= in.argText().equals(AUTH_ED25519);
        }
        if (!known) {
            throw in.fault("unknown kind of authorization at introduction");
        }
    }

    private void proofOfWork(ItemReader in) throws DocumentException {
        if (!in.text("version").equals("v1")) {
            return; // of a kind that we can't do
        }
        if (pow.isPresent()) {
            throw in.fault("pow-params v1 twice");
        }
        pow = Optional.of(new PowParameters(
                in.base64(PowParameters.SEED_LEN, "seed"), in.number("effort", 0, MAX_EFFORT), time(in)));
    }

    private static Instant time(ItemReader in) throws DocumentException {
        String time = in.text("time");
        try {
            if (time.length() == "2026-01-01T00:00:00".length()) {
                return LocalDateTime.parse(time).toInstant(ZoneOffset.UTC);
            }
        } catch (DateTimeException e) {
            // as below
        }
        throw in.fault("no time");
    }

    private ImmutableList<IntroductionPoint> introductionPoints(List<Integer> starts) throws DescriptorException {
        IntroductionPointParser parser = new IntroductionPointParser(text, outer.signingKey(), now);
        ImmutableList.Builder<IntroductionPoint> points = ImmutableList.builder();
        int count = 0;
        for (int i = 0; i < starts.size(); i++) {
            int end = i + 1 < starts.size() ? starts.get(i + 1) : text.length;
            Optional<IntroductionPoint> point = parser.parse(starts.get(i), end);
            if (point.isPresent()) {
                if (++count > Descriptor.MAX_INTRODUCTION_POINTS) {
                    throw DescriptorException.invalid("inner layer: too many introduction points");
                }
                points.add(point.get());
            }
        }
        return points.build();
    }
}
