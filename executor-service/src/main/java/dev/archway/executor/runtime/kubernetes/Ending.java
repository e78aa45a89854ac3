package dev.archway.executor.runtime.kubernetes;

import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StepSpec;
import dev.archway.executor.runtime.StopRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Ends a running step early: at its deadline or on request. Why is written into the pod before the
 * first signal, so that a successor of this process does not take the kill for the step's own end.
 * Used by one thread.
 */
final class Ending {
  /** How long a step that has timed out may take to end by itself. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** How long a killed container may take until its pod is deleted under it. */
  private static final Duration STUBBORN = Duration.ofSeconds(10);

  private static final String STOPPED = "stopped";

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

  private final StepSpec spec;
  private final StopRequest request;
  private final Clock clock;
  private @Nullable Instant deadline;
  private @Nullable Instant asked;
  private boolean killed;

  Ending(StepSpec spec, StopRequest request, Clock clock) {
    this.spec = spec;
    this.request = request;
    this.clock = clock;
  }

  /**
   * The gate was opened then: the step's time counts from there, since that of its pod's start has
   * a limit of its own.
   */
  void started(Instant at) {
    deadline = at.plus(spec.limit());
  }

  /** The result of a step that must not go on; null when it may. */
  @Nullable StepResult due() {
    if (request.grace() != null) {
      return new StepResult.Stopped();
    }
    Instant end = deadline;
    return end == null || clock.instant().isBefore(end)
        ? null
        : new StepResult.TimedOut(spec.limit());
  }

  /** True once a signal may have been sent from here. */
  boolean begun() {
    return asked != null;
  }

  /**
   * Does what is due by now; true when the pod itself should go.
   *
   * @param agent the conversation with the step's pod
   */
  boolean enforce(Agent agent) throws IOException {
    StepResult due = due();
    if (due == null) {
      return false;
    }
    Instant now = clock.instant();
    Instant since = asked;
    String why = due instanceof StepResult.Stopped ? STOPPED : "timed-out";
    if (since == null) {
      agent.end(spec.name(), "term", why);
      asked = now;
      return false;
    }
    Duration grace = request.grace() == null ? GRACE : request.grace();
    if (!killed && !now.isBefore(since.plus(grace))) {
      agent.end(spec.name(), "kill", why);
      killed = true;
    }
    return killed && now.isAfter(since.plus(grace).plus(STUBBORN));
  }

  /** The result that the mark in the pod stands for; null when there is no mark. */
  @Nullable StepResult result(@Nullable String mark) {
    if (mark == null) {
      return null;
    }
    return mark.equals(STOPPED) ? new StepResult.Stopped() : new StepResult.TimedOut(spec.limit());
  }

  /** How long to wait for news at most. */
  Duration patience() {
    Instant now = clock.instant();
    Instant since = asked;
    Instant next = deadline == null ? now.plus(LONGEST_WAIT) : deadline;
    if (since != null) {
      next =
          killed
              ? now.plus(LONGEST_WAIT)
              : since.plus(request.grace() == null ? GRACE : request.grace());
    }
    Duration left = Duration.between(now, next);
    if (left.compareTo(LONGEST_WAIT) > 0) {
      return LONGEST_WAIT;
    }
    return left.isNegative() ? Duration.ofMillis(1) : left.plusMillis(1);
  }
}
