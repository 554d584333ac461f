package org.onion4j.testnet;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.testnet.dir.OnionDirectory;

/**
 * One relay of a {@link TestNetwork}: what it is, what it has seen, and what is to go wrong with it. Faults stay until they
 * are taken back, by their counterpart or all together by {@link #heal}.
 *
 * <p>Threading: any thread may call, except from within the network's own callbacks; what is asked for has happened when
 * the call returns.
 */
public final class TestRelay {
    private final RelayHost host;
    private final ImmutableSet<RelayRole> roles;

    TestRelay(RelayHost host, Set<RelayRole> roles) {
        this.host = host;
        this.roles = ImmutableSet.copyOf(roles);
    }

    /** Its name in the consensus, of 1 to 19 letters and digits. */
    public String nickname() {
        return host.nickname();
    }

    /** What it is there for. */
    public Set<RelayRole> roles() {
        return roles;
    }

    /** Where it listens for links. */
    public InetSocketAddress address() {
        return host.address();
    }

    /** Its RSA identity, 40 upper-case hexadecimal digits. */
    public String fingerprint() {
        return host.fingerprint();
    }

    /**
     * The microdescriptor consensus that it has, and serves unless it {@linkplain #deceive deceives}: the newest that has
     * come to it. Empty if none has.
     */
    public String consensus() {
        return host.directory().consensus();
    }

    /** The descriptors of onion services that it keeps. */
    OnionDirectory onions() {
        return host.directory().onions();
    }

    /** The onion services that it introduces clients to now, by their authentication keys, 32 bytes each. */
    ImmutableSet<Bytes> services() {
        return host.services();
    }

    // What it has seen.

    /**
     * What it has seen of each circuit, in the order in which they came, since the start or {@link #forget}. A relay that has
     * been killed and revived remembers.
     */
    public List<SeenCircuit> seen() {
        return host.seen();
    }

    /** Forgets all circuits so far, and what its {@link Hostility}s have thrown. */
    public void forget() {
        host.forget();
    }

    // What goes wrong.

    /** Ends it at once, with all its connections; attempts to connect to it are refused. No effect if it is dead. */
    public void kill() {
        host.kill();
    }

    /** Starts it again after {@link #kill}, with the same keys at the same address. No effect if it is alive. */
    public void revive() throws TestNetworkException {
        host.revive();
    }

    /** Whether it has not been killed. */
    public boolean isAlive() {
        return host.isAlive();
    }

    /** Suspends it: connections stay open and nothing moves on them; attempts to connect to it get no answer. */
    public void freeze() {
        host.freeze();
    }

    /** Takes {@link #freeze} back: it goes on where it was. */
    public void thaw() {
        host.thaw();
    }

    /**
     * Lets everything that goes to it and comes from it take longer.
     *
     * @param delay zero for not at all
     * @throws IllegalArgumentException if it is negative or more than a hundred years
     */
    public void delay(Duration delay) {
        host.delay(Checks.duration(delay, "delay"));
    }

    /**
     * Lets it get and send at most so much in a second, each way.
     *
     * @param bytesPerSecond 0 for any amount
     */
    public void limitBandwidth(long bytesPerSecond) {
        checkArgument(bytesPerSecond >= 0, "a bandwidth of %s bytes/s", bytesPerSecond);
        host.limitBandwidth(bytesPerSecond);
    }

    /**
     * Loses one relay cell that comes by, or that it sends a client itself, as exits and directories do.
     *
     * @param k 1 for the next one, counted over all circuits and both directions; a cell counts once
     */
    public void dropCell(int k) {
        checkCount(k);
        host.onLoop(() -> host.cellFaults().drop(k));
    }

    /** Changes one byte of a relay cell, see {@link #dropCell}. */
    public void corruptCell(int k) {
        checkCount(k);
        host.onLoop(() -> host.cellFaults().corrupt(k));
    }

    private static void checkCount(int k) {
        checkArgument(k >= 1, "cells are counted from 1");
    }

    /**
     * Sets its clock wrong, ahead of the network's time or, if negative, behind it: in what it tells of the time.
     *
     * @throws IllegalArgumentException if no clock can be so wrong: the protocol has times from 1970 until 2106
     */
    public void skewClock(Duration skew) {
        host.skewClock(Checks.skew(skew, host.now()));
    }

    /** How it deceives those who ask it for directory documents. */
    public void deceive(DirectoryFault fault) {
        host.deceive(checkNotNull(fault, "fault"));
    }

    /**
     * From the next vote on, it votes and doesn't sign the consensus.
     *
     * @throws IllegalStateException if it is no authority
     */
    public void withholdSignature() {
        host.withholdSignature(true);
    }

    /** Takes {@link #withholdSignature} back. */
    public void sign() {
        host.withholdSignature(false);
    }

    /**
     * Breaks the rules of the protocol from now on, as these say and no longer as earlier ones did; none for an honest relay.
     * Each is asked in turn, until one doesn't let a message pass.
     */
    public void hostile(Hostility... hostilities) {
        for (Hostility one : hostilities) {
            checkNotNull(one, "hostility");
        }
        host.hostile(ImmutableList.copyOf(hostilities));
    }

    /** Takes all faults back but for {@link #kill} and those of {@link TestNetwork#partition}. */
    public void heal() {
        host.heal();
    }

    /** For this module's own tests: breaks rules of the protocol. */
    RelayHost host() {
        return host;
    }

    @Override
    public String toString() {
        return nickname() + " " + roles + " at " + address() + (isAlive() ? "" : ", dead");
    }
}
