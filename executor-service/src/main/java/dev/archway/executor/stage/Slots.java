package dev.archway.executor.stage;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/** The right to run, for so many stages at once, in order of asking. Thread-safe. */
final class Slots {
  private final Deque<CompletableFuture<Boolean>> waiting = new ArrayDeque<>();
  private int free;

  Slots(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity: %d (expected: 1 or more)".formatted(capacity));
    }
    free = capacity;
  }

  /** Completes with true when the caller may run; then it must {@link #release} once. */
  synchronized CompletableFuture<Boolean> request() {
    CompletableFuture<Boolean> request = new CompletableFuture<>();
    if (free > 0) {
      free--;
      request.complete(true);
    } else {
      waiting.add(request);
    }
    return request;
  }

  /** Ends the wait of a request with false; nothing happens when it has been granted. */
  synchronized void withdraw(CompletableFuture<Boolean> request) {
    if (waiting.removeIf(other -> other == request)) {
      request.complete(false);
    }
  }

  synchronized void release() {
    CompletableFuture<Boolean> next = waiting.poll();
    if (next == null) {
      free++;
    } else {
      next.complete(true);
    }
  }
}
