package org.onion4j.hs.publish;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.hs.descriptor.Descriptor;
import org.onion4j.hs.descriptor.IntroductionPoint;
import org.onion4j.hs.descriptor.PowParameters;

/**
 * What a service wants its descriptors to say, asked anew each time one is made. Called on the executor without any lock;
 * must not block.
 */
public interface PublishedContent {
    /** The introduction points that are established, at most 20; while there are none, nothing is published. */
    ImmutableList<IntroductionPoint> introductionPoints();

    /** X25519 public keys of the authorized clients, 32 bytes each, none of small order; none if the service is for all. */
    ImmutableList<Bytes> clients();

    /** The congestion control that the service offers, if any. */
    default Optional<Descriptor.FlowControl> flowControl() {
        return Optional.empty();
    }

    /** The proof of work that it asks for, if any. */
    default Optional<PowParameters> pow() {
        return Optional.empty();
    }
}
