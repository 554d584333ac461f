package org.onion4j.circuit.testing;

import com.google.common.base.Ticker;
import org.onion4j.circuit.runtime.MemoryAccount;
import org.onion4j.circuit.runtime.MemoryQuota;

/** Memory for tests that have enough of it. */
public final class TestMemory {
    private TestMemory() {}

    /** An account of a quota that is never used up. */
    public static MemoryAccount account() {
        return new MemoryQuota(Long.MAX_VALUE, Ticker.systemTicker(), new VirtualTime())
                .newAccount(new MemoryQuota.Owner() {
                    @Override
                    public void trim() {}

                    @Override
                    public void giveUp() {}
                });
    }
}
