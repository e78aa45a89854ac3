package dev.archway.messaging;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Does something again and again on a thread of its own, from the context's start to its stop:
 * after each pause, or at once when it is woken. A round that fails is told and tried again; one
 * that is interrupted by the stop is not.
 */
public final class BackgroundLoop implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(BackgroundLoop.class);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

  private final String name;
  private final Duration pause;
  private final Runnable round;
  private final Semaphore work = new Semaphore(0);
  private volatile boolean running;
  private Thread thread = Thread.ofVirtual().unstarted(() -> {});

  /**
   * @param name what it does, as its thread is called
   * @param pause between two rounds when nobody wakes it
   */
  public BackgroundLoop(String name, Duration pause, Runnable round) {
    this.name = name;
    this.pause = pause;
    this.round = round;
  }

  /** Lets the next round begin at once. */
  public void wake() {
    work.release();
  }

  private void loop() {
    while (running) {
      Duration wait = pause;
      try {
        round.run();
      } catch (RuntimeException e) {
        if (!running) {
          return;
        }
        wait = PAUSE_AFTER_FAILURE.compareTo(pause) > 0 ? PAUSE_AFTER_FAILURE : pause;
        log.warn("{}: trying again in {} ms: {}", name, wait.toMillis(), e.toString());
        work.drainPermits();
      }
      try {
        if (work.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
          work.drainPermits();
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void start() {
    running = true;
    thread = Thread.ofVirtual().name(name).start(this::loop);
  }

  @Override
  public void stop() {
    running = false;
    thread.interrupt();
    try {
      thread.join(LONGEST_STOP);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
