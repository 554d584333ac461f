package org.onion4j.circuit.channel;

import org.onion4j.circuit.cell.CellCommand;

/** A channel as {@link ChannelPadding} sees it. */
final class ChannelAsPaddedLink implements PaddedLink {
    private final Channel channel;

    ChannelAsPaddedLink(Channel channel) {
        this.channel = channel;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public int version() {
        return channel.link().version();
    }

    @Override
    public boolean carriesPaths() {
        return channel.carriesPaths().isDone();
    }

    @Override
    public boolean carriesTraffic() {
        return channel.carriesTraffic().isDone();
    }

    @Override
    public LinkActivity activity() {
        return channel.activity();
    }

    @Override
    public void send(CellCommand command, byte[] body) {
        channel.send(0, command, body, 0);
    }

    @Override
    public void fail(RuntimeException failure) {
        channel.fail(Channel.localFailure(failure));
    }
}
