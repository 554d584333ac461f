package org.onion4j.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where two meet: one link at a time, and what is still to be said. Lines wait until the other one is there; one that was
 * written to a link just before it broke may be lost.
 *
 * <p>Threading: any thread. {@link #receive} and {@link #called} hear on the calling thread until the link ends, {@link
 * #send} is a thread's whole life.
 */
final class ChatRoom {
    private static final int MAX_WAITING = 100;
    private static final long LEAVE_SECONDS = 5;

    private final String us;
    private final Optional<String> wanted;
    private final PrintWriter out;
    private final PrintWriter err;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // What follows is guarded by the lock.
    private final Queue<String> unsaid = new ArrayDeque<>();
    private Optional<ChatLink> link = Optional.empty();
    private boolean open; // whether the other one has been let in, so that something may be said to him
    private boolean leaving; // the last line has been typed
    private boolean left; // and the other one knows

    /**
     * @param us our address
     * @param wanted the only one whom we talk to; anybody if empty
     * @param out gets what the other one says
     * @param err is told who comes and goes
     */
    ChatRoom(String us, Optional<String> wanted, PrintWriter out, PrintWriter err) {
        this.us = us;
        this.wanted = wanted;
        this.out = out;
        this.err = err;
    }

    /** Whether the caller may come in: he does, and whoever called earlier under his name goes. */
    private boolean enter(ChatLink comer) {
        lock.lock();
        try {
            boolean welcome = !left
                    && wanted.map(comer.peer()::equals).orElse(true)
                    && link.map(older -> older.peer().equals(comer.peer()) && comer.replaces(older, us))
                            .orElse(true);
            if (welcome) {
                link.ifPresent(ChatLink::close);
                link = Optional.of(comer);
                open = false;
            }
            return welcome;
        } finally {
            lock.unlock();
        }
    }

    /** Hears what a caller says, if he may come in. */
    void receive(ChatLink caller) throws IOException {
        if (!enter(caller)) {
            caller.refuse();
            return;
        }
        talk(caller, true);
    }

    /** Hears what somebody says who was called. */
    void called(ChatLink callee) throws IOException {
        if (enter(callee)) {
            talk(callee, false);
        }
    }

    private void talk(ChatLink with, boolean welcome) {
        String why = "has left";
        try {
            if (welcome) {
                with.welcome();
            }
            opened(with);
            for (String text = with.hear(); text != null; text = with.hear()) {
                out.println("> " + ChatLink.printable(text));
                out.flush();
            }
            if (!isLeaving()) {
                with.bye();
            }
        } catch (IOException e) {
            why = "is gone: " + Failures.oneLine(Failures.reason(e));
        }
        if (ended(with)) {
            tell(with.peer() + " " + why);
        }
    }

    private void opened(ChatLink with) {
        tell(with.peer() + " is here");
        lock.lock();
        try {
            open = link.equals(Optional.of(with));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean isLeaving() {
        lock.lock();
        try {
            return leaving;
        } finally {
            lock.unlock();
        }
    }

    /** Whether nobody is there now; else a later call has taken the place of the link. */
    private boolean ended(ChatLink with) {
        lock.lock();
        try {
            if (!link.equals(Optional.of(with))) {
                return false;
            }
            link = Optional.empty();
            open = false;
            left = leaving && unsaid.isEmpty();
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void tell(String what) {
        err.println("-- " + what);
    }

    /** A line was typed. */
    void say(String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > ChatLink.MAX_TEXT_BYTES) {
            tell("not sent, since it has more than " + ChatLink.MAX_TEXT_BYTES + " bytes");
            return;
        }
        boolean full;
        lock.lock();
        try {
            full = unsaid.size() >= MAX_WAITING;
            if (!full) {
                unsaid.add(text);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (full) {
            tell("not sent, since " + MAX_WAITING + " lines wait already");
        }
    }

    /** Says what is to be said, for as long as the chat lasts. */
    void send() throws InterruptedException {
        while (true) {
            ChatLink to;
            String text;
            lock.lock();
            try {
                while (!open || (unsaid.isEmpty() && !leaving)) {
                    changed.await();
                }
                to = link.get();
                text = unsaid.peek();
            } finally {
                lock.unlock();
            }
            try {
                if (text == null) {
                    to.bye();
                    return; // whoever hears him say so, too, ends the link
                }
                to.say(text);
                said(text);
            } catch (IOException e) {
                gone(to);
            }
        }
    }

    private void said(String text) {
        lock.lock();
        try {
            unsaid.remove(text);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until another link has taken the place of one that is broken. */
    private void gone(ChatLink broken) throws InterruptedException {
        broken.close();
        lock.lock();
        try {
            while (link.equals(Optional.of(broken))) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nobody is there, so that somebody may be called. */
    void awaitNobody() throws InterruptedException {
        lock.lock();
        try {
            while (link.isPresent()) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more will be typed: waits until all has been said and heard. */
    void leave() throws InterruptedException {
        lock.lock();
        try {
            leaving = true;
            left = unsaid.isEmpty() && !link.isPresent();
            changed.signalAll();
            while (!unsaid.isEmpty()) {
                changed.await();
            }
            long nanos = TimeUnit.SECONDS.toNanos(LEAVE_SECONDS);
            while (!left && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }
}
