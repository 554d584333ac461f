package org.onion4j.directory.supply;

import java.time.Duration;
import org.onion4j.circuit.channel.Channel;

/**
 * A channel as a {@link LinkWatch} sees it. Its question is CREATE_FAST, which needs no key of the relay's.
 *
 * @param channel which one
 * @param prober begins a circuit of one hop on it that nobody uses
 */
record ChannelLink(Channel channel, Prober prober) implements LinkWatch.Link {
    /** Sends the question. */
    @FunctionalInterface
    interface Prober {
        LinkWatch.Probe ask(Channel channel);
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public Duration unheardFor() {
        return channel.unheardFor();
    }

    @Override
    public LinkWatch.Probe ask() {
        return prober.ask(channel);
    }

    @Override
    public void giveUp() {
        channel.giveUpSilent();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChannelLink that && channel == that.channel;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(channel);
    }
}
