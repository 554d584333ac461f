package org.onion4j.crypto.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class WirePropertyTest {
    @Property(tries = 300)
    void fields_anyValues_roundTrip(
            @ForAll @IntRange(max = 0xff) int u8,
            @ForAll @IntRange(max = 0xffff) int u16,
            @ForAll @LongRange(max = 0xffffffffL) long u32,
            @ForAll long u64,
            @ForAll @Size(max = 200) byte[] bytes)
            throws WireFormatException {
        WireWriter out = new WireWriter();
        out.u8(u8).u16(u16).u32(u32).u64(u64).bytes(bytes).zeros(3).bytes(Bytes.copyOf(bytes));
        assertThat(out.size()).isEqualTo(18 + 2 * bytes.length);
        WireReader in = new WireReader(out.toBytes());
        assertThat(in.u8("a")).isEqualTo(u8);
        assertThat(in.u16("b")).isEqualTo(u16);
        assertThat(in.u32("c")).isEqualTo(u32);
        assertThat(in.u64("d")).isEqualTo(u64);
        assertThat(in.array(bytes.length, "e")).isEqualTo(bytes);
        WireReader part = in.sub(3, "zeros");
        assertThat(part.bytes(3, "zeros")).isEqualTo(Bytes.fromHex("000000"));
        part.expectEnd("zeros");
        assertThat(in.remaining()).isEqualTo(bytes.length);
        assertThat(in.rest()).isEqualTo(Bytes.copyOf(bytes));
        in.expectEnd("message");
    }

    @Property(tries = 300)
    void read_moreThanIsLeft_throwsAndNamesTheField(
            @ForAll @Size(max = 20) byte[] bytes, @ForAll @IntRange(min = -5, max = 30) int length) {
        WireReader in = new WireReader(bytes);
        if (length < 0 || length > bytes.length) {
            assertThatThrownBy(() -> in.bytes(length, "HDATA"))
                    .isInstanceOf(WireFormatException.class)
                    .hasMessageStartingWith("HDATA");
            assertThatThrownBy(() -> in.array(length, "HDATA")).isInstanceOf(WireFormatException.class);
            assertThatThrownBy(() -> in.sub(length, "HDATA")).isInstanceOf(WireFormatException.class);
            assertThatThrownBy(() -> in.skip(length, "HDATA")).isInstanceOf(WireFormatException.class);
            assertThat(in.remaining()).isEqualTo(bytes.length);
        }
    }

    @Example
    void read_numbersPastTheEnd_throw() throws WireFormatException {
        WireReader in = new WireReader(new byte[] {9, 1, 9}, 1, 1);
        assertThatThrownBy(() -> in.u16("x")).isInstanceOf(WireFormatException.class);
        assertThatThrownBy(() -> in.u32("x")).isInstanceOf(WireFormatException.class);
        assertThatThrownBy(() -> in.u64("x")).isInstanceOf(WireFormatException.class);
        assertThatThrownBy(() -> in.expectEnd("message")).isInstanceOf(WireFormatException.class);
        assertThat(in.u8("x")).isEqualTo(1);
        assertThatThrownBy(() -> in.u8("x")).isInstanceOf(WireFormatException.class);
    }

    @Example
    void write_valueOutOfRangeOrNoRoom_throwsIllegalArgument() {
        WireWriter out = new WireWriter();
        assertThatThrownBy(() -> out.u8(256)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> out.u8(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> out.u16(0x10000)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> out.u32(0x100000000L)).isInstanceOf(IllegalArgumentException.class);
        byte[] target = new byte[6];
        WireWriter narrow = new WireWriter(target, 1, 4);
        narrow.u16(0x0102).u8(3);
        assertThatThrownBy(() -> narrow.u16(1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> narrow.bytes(new byte[2])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> narrow.zeros(2)).isInstanceOf(IllegalArgumentException.class);
        assertThat(target).containsExactly(0, 1, 2, 3, 0, 0);
        assertThat(narrow.toArray()).containsExactly(1, 2, 3);
        assertThatThrownBy(() -> new WireWriter(target, 4, 3)).isInstanceOf(IllegalArgumentException.class);
    }
}
