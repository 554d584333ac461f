package org.onion4j.directory.supply;

import static com.google.common.base.Preconditions.checkArgument;
import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.common.base.Splitter;
import com.google.common.primitives.Ints;
import java.util.Arrays;
import java.util.List;
import org.onion4j.crypto.random.RandomSource;

/**
 * The build times of the latest circuits, in milliseconds: the newest takes the place of the oldest once {@value
 * #CAPACITY} are there. Spec: path-spec, "How much data to record".
 *
 * <p>The saved form is text: a line {@code onion4j-build-times 1}, then for each bin of 10 ms that holds something a
 * line {@code bin MIDPOINT COUNT}, in ascending order. It tells neither the exact times nor their order.
 */
final class BuildTimes {
    /** Most times kept. */
    static final int CAPACITY = 1000;

    private static final String HEADER = "onion4j-build-times 1";
    private static final int MAX_SAVED_LEN = 64 * 1024; // CAPACITY lines of 28 bytes at most

    /** The saved form makes no sense. The message doesn't quote it. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }

    private final int[] times = new int[CAPACITY];
    private int size;
    private int next;

    void add(int millis) {
        checkArgument(millis > 0, "%s ms", millis);
        times[next] = millis;
        next = (next + 1) % CAPACITY;
        size = Math.min(CAPACITY, size + 1);
    }

    void clear() {
        size = 0;
        next = 0;
    }

    int size() {
        return size;
    }

    /** The times as an array of the caller's. */
    int[] toArray() {
        return Arrays.copyOf(times, size); // until the first wrap they are the first ones, then all
    }

    /** The saved form of some times. */
    static byte[] encode(int[] times) {
        StringBuilder out = new StringBuilder(HEADER).append('\n');
        for (ParetoCurve.Bin bin : ParetoCurve.bins(times)) {
            out.append("bin ")
                    .append(bin.midpointMillis())
                    .append(' ')
                    .append(bin.count())
                    .append('\n');
        }
        return out.toString().getBytes(US_ASCII);
    }

    /** The times of a saved form, in a random order, so that long and short ones get old alike. */
    static BuildTimes decode(byte[] saved, RandomSource random) throws MalformedException {
        int[] read = decode(saved);
        for (int i = read.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int time = read[i];
            read[i] = read[other];
            read[other] = time;
        }
        BuildTimes result = new BuildTimes();
        for (int time : read) {
            result.add(time);
        }
        return result;
    }

    private static int[] decode(byte[] saved) throws MalformedException {
        check(saved.length <= MAX_SAVED_LEN, "it is too long");
        List<String> lines = Splitter.on('\n').splitToList(new String(saved, US_ASCII));
        check(lines.get(0).equals(HEADER), "its first line is not one we know");
        int last = lines.size() - 1;
        check(last > 0 && lines.get(last).isEmpty(), "its last line has no end");
        int[] times = new int[CAPACITY];
        int size = 0;
        int previous = 0;
        for (String line : lines.subList(1, last)) {
            List<String> words = Splitter.on(' ').splitToList(line);
            check(words.size() == 3 && words.get(0).equals("bin"), "a line is not a bin");
            int millis = positive(words.get(1));
            int count = positive(words.get(2));
            check(millis > previous, "the bins are out of order");
            check(count <= CAPACITY - size, "it has too many times");
            Arrays.fill(times, size, size + count, millis);
            size += count;
            previous = millis;
        }
        return Arrays.copyOf(times, size);
    }

    private static int positive(String word) throws MalformedException {
        Integer value = Ints.tryParse(word);
        check(value != null && value > 0, "a number is wrong");
        return value;
    }

    private static void check(boolean good, String fault) throws MalformedException {
        if (!good) {
            throw new MalformedException(fault);
        }
    }
}
