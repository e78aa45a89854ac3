package dev.archway.executor.stage;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The right to run, for so many stages at once. A free slot goes to the pipeline that has the
 * fewest, so that one with a thousand stages does not keep the others out; within a pipeline, and
 * among equals, to who asked first. Thread-safe.
 */
final class Slots {
  /** In the order of their first waiting request. */
  private final Map<String, Queue<Request>> waiting = new LinkedHashMap<>();

  private final Map<String, Integer> running = new HashMap<>();
  private int free;

  /** One wait for the right to run. */
  static final class Request {
    private final String pipeline;
    private final CompletableFuture<Boolean> granted = new CompletableFuture<>();

    private Request(String pipeline) {
      this.pipeline = pipeline;
    }

    /** True when {@link #await} would return true at once. */
    boolean isGranted() {
      return granted.getNow(false);
    }

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
  synchronized Request request(String pipeline) {
    Request request = new Request(pipeline);
    if (free > 0) {
      free--;
      grant(request);
    } else {
      waiting.computeIfAbsent(pipeline, _ -> new ArrayDeque<>()).add(request);
    }
    return request;
  }

  /** Ends the wait of a request with false; nothing happens when it has been granted. */
  synchronized void withdraw(Request request) {
    Queue<Request> queue = waiting.get(request.pipeline);
    if (queue != null && queue.remove(request)) {
      if (queue.isEmpty()) {
        waiting.remove(request.pipeline);
      }
      request.granted.complete(false);
    }
  }

  /** Gives the slot of a granted request to the next. */
  synchronized void release(Request request) {
    running.computeIfPresent(request.pipeline, (_, count) -> count == 1 ? null : count - 1);
    var next =
        waiting.keySet().stream()
            .min(Comparator.comparingInt(pipeline -> running.getOrDefault(pipeline, 0)));
    if (next.isEmpty()) {
      free++;
      return;
    }
    // Taken out whole and put back at the end: pipelines with equally many take turns.
    Queue<Request> queue = waiting.remove(next.get());
    if (queue == null) {
      throw new IllegalStateException("no queue of " + next.get());
    }
    grant(queue.remove());
    if (!queue.isEmpty()) {
      waiting.put(next.get(), queue);
    }
  }

  private void grant(Request request) {
    running.merge(request.pipeline, 1, Integer::sum);
    request.granted.complete(true);
  }
}
