package org.onion4j.directory.fetch;

import org.onion4j.directory.view.NetworkView;

/**
 * Told of what a {@link DirectoryManager} learns. Called without any lock, by the executor's or the scheduler's
 * threads, one call at a time and in order; must not block.
 */
public interface DirectoryListener {
    /** There is a new view: another consensus, or more microdescriptors. It may be used for circuits if the status is ready. */
    void viewChanged(NetworkView view);

    /** Something changed in how far things have got. */
    void statusChanged(DirectoryStatus status);
}
