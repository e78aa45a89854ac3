package dev.archway.executor.runtime.podman;

import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StepSpec;
import dev.archway.executor.runtime.StopRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a running step early: at its deadline or on request. Why is written down before the first
 * signal, so that a successor of this process does not take the kill for the step's own end.
 */
final class StepEnd implements AutoCloseable {
  /** How long a step that has timed out may take to end by itself. */
  static final Duration GRACE = Duration.ofSeconds(10);

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

  private final StepSpec spec;
  private final StopRequest control;
  private final Clock clock;
  private final Path mark;
  private final CountDownLatch ended = new CountDownLatch(1);
  private boolean killing;

  StepEnd(StepSpec spec, StopRequest control, Clock clock, Path directory) {
    this.spec = spec;
    this.control = control;
    this.clock = clock;
    this.mark = directory.resolve("killed");
  }

  /** Sends a signal, {@code TERM} or {@code KILL}, to what runs the step. */
  interface Signal {
    void send(String name) throws Exception;
  }

  /** The result of a step that must not start any more; null when it may. */
  @Nullable StepResult due() throws IOException {
    if (DurableFile.read(mark) != null) {
      return result();
    }
    if (control.grace() != null) {
      return new StepResult.Stopped();
    }
    return clock.instant().isBefore(spec.deadline()) ? null : new StepResult.TimedOut(spec.limit());
  }

  /** Begins to end the step when it is due. */
  void enforce(Signal signal) throws IOException {
    if (killing) {
      return;
    }
    StepResult due = due();
    if (due == null) {
      return;
    }
    killing = true;
    if (DurableFile.read(mark) == null) {
      DurableFile.write(mark, due instanceof StepResult.Stopped ? "stopped" : "timed-out");
    }
    Duration asked = control.grace();
    Duration grace = asked == null ? GRACE : asked;
    Thread.ofVirtual()
        .name("end-" + spec.plan().id())
        .start(() -> {
          try {
            signal.send("TERM");
            while (!ended.await(grace.toMillis(), TimeUnit.MILLISECONDS)) {
              signal.send("KILL");
            }
          } catch (Exception e) {
            System.getLogger(StepEnd.class.getName())
                .log(System.Logger.Level.WARNING, "cannot end step " + spec.plan().id(), e);
          }
        });
  }

  /** Why it was ended early; null when it was not. */
  @Nullable StepResult result() throws IOException {
    String why = DurableFile.read(mark);
    if (why == null) {
      return null;
    }
    return why.equals("stopped") ? new StepResult.Stopped() : new StepResult.TimedOut(spec.limit());
  }

  /** How long to wait for news at most. */
  Duration patience() {
    Duration left = Duration.between(clock.instant(), spec.deadline());
    if (killing || left.compareTo(LONGEST_WAIT) > 0) {
      return LONGEST_WAIT;
    }
    return left.isNegative() ? Duration.ofMillis(1) : left.plusMillis(1);
  }

  Instant now() {
    return clock.instant();
  }

  @Override
  public void close() {
    ended.countDown();
  }
}
