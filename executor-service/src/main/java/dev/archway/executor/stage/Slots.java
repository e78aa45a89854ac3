package dev.archway.executor.stage;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** The right to run, for so many stages at once, in order of asking. Thread-safe. */
final class Slots {
  private final Deque<Request> waiting = new ArrayDeque<>();
  private int free;

  /** One wait for the right to run. */
  static final class Request {
    private final CompletableFuture<Boolean> granted = new CompletableFuture<>();

    /** True once the caller may run; false when it was withdrawn. */
    boolean await() throws InterruptedException {
      try {
        return granted.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  Slots(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity: %d (expected: 1 or more)".formatted(capacity));
    }
    free = capacity;
  }

  /** Asks to run; once granted, {@link #release} must follow once. */
  synchronized Request request() {
    Request request = new Request();
    if (free > 0) {
      free--;
      request.granted.complete(true);
    } else {
      waiting.add(request);
    }
    return request;
  }

  /** Ends the wait of a request with false; nothing happens when it has been granted. */
  synchronized void withdraw(Request request) {
    if (waiting.remove(request)) {
      request.granted.complete(false);
    }
  }

  synchronized void release() {
    Request next = waiting.poll();
    if (next == null) {
      free++;
    } else {
      next.granted.complete(true);
    }
  }
}
