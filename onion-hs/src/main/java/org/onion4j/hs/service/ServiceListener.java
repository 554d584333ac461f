package org.onion4j.hs.service;

import org.onion4j.hs.publish.PublishEvent;

/** Is told what becomes of a service: on threads of the executor, one thing after the other; must not block. */
public interface ServiceListener {
    /** Hears nothing. */
    ServiceListener NONE = new ServiceListener() {
        @Override
        public void onStatus(ServiceStatus status) {}

        @Override
        public void onPublish(PublishEvent event) {}
    };

    /** Something of its status is different now. Refusals alone are not told. */
    void onStatus(ServiceStatus status);

    /** Something has happened to a descriptor. */
    void onPublish(PublishEvent event);
}
