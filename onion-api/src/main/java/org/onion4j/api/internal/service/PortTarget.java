package org.onion4j.api.internal.service;

import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.onion4j.api.OnionStreamHandler;

/** What serves a port of an onion service. */
public sealed interface PortTarget permits PortTarget.Accept, PortTarget.Handle, PortTarget.Forward {
    /** Whoever accepts. */
    record Accept() implements PortTarget {}

    /**
     * A handler.
     *
     * @param executor what runs it; threads of the service's own if it is absent
     */
    record Handle(OnionStreamHandler handler, Optional<Executor> executor) implements PortTarget {
        public Handle {
            Objects.requireNonNull(handler, "handler");
            Objects.requireNonNull(executor, "executor");
        }
    }

    /** A server. */
    record Forward(InetSocketAddress target) implements PortTarget {}
}
