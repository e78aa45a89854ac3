package dev.archway.executor.runtime.podman;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes one waiting thread; rings that nobody waits for are kept as one. */
final class Bell implements Runnable {
  private final Semaphore rung = new Semaphore(0);

  @Override
  public void run() {
    ring();
  }

  void ring() {
    rung.release();
  }

  /** Returns after a ring since the last call, or after the time. */
  @SuppressWarnings("ReturnValueIgnored")
  void await(Duration limit) throws InterruptedException {
    boolean woken = rung.tryAcquire(limit.toMillis(), TimeUnit.MILLISECONDS);
    if (woken) {
      rung.drainPermits();
    }
  }
}
