package org.onion4j.directory.fetch;

import java.util.ArrayList;
import java.util.List;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.network.NetworkDescription;
import org.onion4j.directory.state.StateStore;
import org.onion4j.directory.view.ClientProtocols;
import org.onion4j.directory.view.NetworkView;

/** A manager with a listener that remembers all it was told. */
final class Client implements DirectoryListener, AutoCloseable {
    final List<NetworkView> views = new ArrayList<>();
    final List<DirectoryStatus> statuses = new ArrayList<>();
    final DirectoryManager manager;

    Client(FakeRuntime runtime, FakeDirectories directories, StateStore store, NetworkDescription network) {
        this(runtime, directories, store, network, ClientProtocols.current());
    }

    Client(
            FakeRuntime runtime,
            FakeDirectories directories,
            StateStore store,
            NetworkDescription network,
            ClientProtocols protocols) {
        SeededRandom random = new SeededRandom(7);
        manager = new DirectoryManager(
                new DirectoryEnvironment(
                        network,
                        store,
                        directories,
                        new WeightedCacheSelector(random),
                        runtime,
                        runtime,
                        runtime.clock(),
                        runtime.ticker(),
                        random,
                        protocols),
                this);
        manager.start();
    }

    DirectoryStatus status() {
        return manager.status();
    }

    boolean ready() {
        return manager.status().ready();
    }

    @Override
    public void viewChanged(NetworkView view) {
        views.add(view);
    }

    @Override
    public void statusChanged(DirectoryStatus status) {
        statuses.add(status);
    }

    @Override
    public void close() {
        manager.close();
    }
}
