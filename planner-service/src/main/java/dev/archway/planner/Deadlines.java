package dev.archway.planner;

import dev.archway.contract.id.ExecutionId;
import dev.archway.planner.machine.ExecutionMachine;
import dev.archway.planner.machine.Signal;
import dev.archway.planner.store.ExecutionStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Tells executions when their pipeline's time is up. Deadlines are in the database, so that they
 * hold over restarts; any number of planners may look, and telling one twice changes nothing.
 */
final class Deadlines implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(Deadlines.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final ExecutionStore store;
  private final ExecutionMachine machine;
  private final Clock clock;
  private volatile boolean running;
  private Thread thread = Thread.ofVirtual().unstarted(() -> {});

  Deadlines(ExecutionStore store, ExecutionMachine machine, Clock clock) {
    this.store = store;
    this.machine = machine;
    this.clock = clock;
  }

  private void watch() {
    try {
      while (running) {
        Thread.sleep(INTERVAL);
        look();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    try {
      Instant now = clock.instant();
      for (ExecutionId id : store.overdue(now)) {
        var _ =
            store.change(
                id,
                (request, state) -> machine.decide(request, state, new Signal.DeadlinePassed(now)));
        store.expired(id);
      }
    } catch (RuntimeException e) {
      log.warn("cannot look for executions whose time is up; trying again", e);
    }
  }

  @Override
  public void start() {
    running = true;
    thread = Thread.ofVirtual().name("deadlines").start(this::watch);
  }

  @Override
  public void stop() {
    running = false;
    thread.interrupt();
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
