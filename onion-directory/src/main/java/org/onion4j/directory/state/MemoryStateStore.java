package org.onion4j.directory.state;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** State that ends with the store. {@link #isDurable} is always true: nothing else was promised. Any thread. */
public final class MemoryStateStore implements StateStore {
    private final Map<String, byte[]> contents = new ConcurrentHashMap<>();
    private volatile boolean closed;

    @Override
    public Optional<byte[]> read(String name) {
        StateNames.check(name);
        return Optional.ofNullable(contents.get(name)).map(byte[]::clone);
    }

    @Override
    public void write(String name, byte[] content) {
        StateNames.check(name);
        StateNames.checkSize(content);
        if (!closed) {
            contents.put(name, content.clone());
        }
    }

    @Override
    public void delete(String name) {
        StateNames.check(name);
        contents.remove(name);
    }

    @Override
    public void setAside(String name, String reason) {
        delete(name);
    }

    @Override
    public boolean isDurable() {
        return true;
    }

    @Override
    public void close() {
        closed = true;
        contents.clear();
    }
}
