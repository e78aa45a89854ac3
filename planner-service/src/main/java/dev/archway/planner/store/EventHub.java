package dev.archway.planner.store;

import java.time.Duration;

/** Wakes those who follow executions when this planner has told something. What another planner told is found by looking again. */
public final class EventHub {
  private final Object monitor = new Object();
  private long count;

  /** How often something was told; pass it to {@link #await}. */
  public long count() {
    synchronized (monitor) {
      return count;
    }
  }

  void wake() {
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
