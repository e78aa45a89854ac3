package dev.archway.planner.store;

import dev.archway.contract.event.ExecutionEvent;
import dev.archway.planner.machine.Request;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Wakes those who follow executions when this planner has told something. What another planner told
 * is found by looking again. Thread-safe.
 */
public final class EventHub {
  private final Object monitor = new Object();
  private final BiConsumer<Request, List<ExecutionEvent>> observer;
  private long count;

  public EventHub() {
    this((_, _) -> {});
  }

  /**
   * @param observer is given what this planner tells of an execution, once it is committed
   */
  public EventHub(BiConsumer<Request, List<ExecutionEvent>> observer) {
    this.observer = observer;
  }

  /** How often something was told; pass it to {@link #await}. */
  public long count() {
    synchronized (monitor) {
      return count;
    }
  }

  void told(Request request, List<ExecutionEvent> events) {
    observer.accept(request, events);
    synchronized (monitor) {
      count++;
      monitor.notifyAll();
    }
  }

  /** Returns when something was told since {@code seen}, at the latest after {@code longest}. */
  public void await(long seen, Duration longest) throws InterruptedException {
    long end = System.nanoTime() + longest.toNanos();
    synchronized (monitor) {
      while (count == seen) {
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return;
        }
        monitor.wait(left);
      }
    }
  }
}
