package org.onion4j.testnet.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.Versions;
import org.onion4j.crypto.bytes.Bytes;

class CellSplitterPropertyTest {
    @Provide
    Arbitrary<List<LinkCell>> cells() {
        Arbitrary<LinkCell> cell = Combinators.combine(
                        Arbitraries.integers(), Arbitraries.integers().between(0, 255), Arbitraries.longs())
                .as((id, command, seed) -> {
                    Random random = new Random(seed);
                    int length = CellCommand.isVariableLength(command)
                            ? random.nextInt(random.nextBoolean() ? 600 : 65536)
                            : CellFrame.CELL_BODY_LEN;
                    byte[] body = new byte[length];
                    random.nextBytes(body);
                    return new LinkCell(id, command, Bytes.copyOf(body));
                });
        return cell.list().ofMaxSize(12);
    }

    @Property(tries = 60)
    void anyPieces_giveTheSameCells(@ForAll("cells") List<LinkCell> cells, @ForAll long seed) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] first = CellFrame.encodeInitial(Versions.of(4, 5));
        all.write(first, 0, first.length);
        for (LinkCell cell : cells) {
            byte[] one = CellFrame.encode(
                    cell.circuitId(),
                    CellCommand.ofWire(cell.command()),
                    cell.body().toArray());
            all.write(one, 0, one.length);
        }
        byte[] bytes = all.toByteArray();
        Random random = new Random(seed);
        CellSplitter splitter = new CellSplitter();
        List<LinkCell> found = new ArrayList<>();
        int lengths = 0;
        boolean wide = false;
        for (int at = 0; at < bytes.length; ) {
            int part = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 10 : 5000));
            splitter.add(bytes, at, part);
            at += part;
            while (splitter.next()) {
                lengths += splitter.cellLength();
                if (wide) {
                    found.add(new LinkCell(
                            splitter.circuitId(),
                            splitter.command(),
                            Bytes.copyOf(splitter.array(), splitter.bodyOffset(), splitter.bodyLength())));
                }
                wide = true;
                splitter.useWideCircuitIds();
            }
        }

        assertThat(found).isEqualTo(cells);
        assertThat(lengths).isEqualTo(bytes.length);
    }
}
