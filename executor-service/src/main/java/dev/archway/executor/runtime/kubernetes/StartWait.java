package dev.archway.executor.runtime.kubernetes;

import dev.archway.executor.runtime.StartFailure;
import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StepResult.NotStarted;
import dev.archway.executor.runtime.Times;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The wait for a step's container: what will not change is told at once, the rest is given a while.
 * Used by one thread.
 */
final class StartWait {
  /** How long a registry may be out of reach or tell us to come later. */
  private static final Duration PULL_GRACE = Duration.ofMinutes(2);

  private final String step;
  private final Duration limit;
  private final Clock clock;
  private final Instant began;
  private @Nullable Instant noImageSince;
  private @Nullable String pullTrouble;

  /**
   * @param limit how long it may take altogether
   */
  StartWait(String step, Duration limit, Clock clock) {
    this.step = step;
    this.limit = limit;
    this.clock = clock;
    this.began = clock.instant();
  }

  /**
   * Why the step will not start; null when it runs or still may.
   *
   * @param agents state of the agent's container, without which nothing starts
   * @param own state of the step's container
   * @param due the result of a step that must not go on
   */
  @Nullable StepResult verdict(PodState agents, PodState own, @Nullable StepResult due) {
    if (agents instanceof PodState.Lost(String detail)) {
      return new StepResult.Lost(detail);
    }
    if (agents instanceof PodState.Ended(int code, String reason, String message)) {
      return new StepResult.Lost(
          "the agent in the pod ended with %d: %s %s".formatted(code, reason, message));
    }
    PodState worst =
        agents instanceof PodState.NoImage || agents instanceof PodState.Refused ? agents : own;
    return switch (worst) {
      case PodState.NoImage trouble -> due != null ? due : image(trouble);
      case PodState.Refused(String detail) ->
          new NotStarted(StartFailure.INVALID_SPEC, "cannot start the step: " + detail);
      case PodState.Waiting(String what, boolean unschedulable) -> {
        noImageSince = null;
        if (due != null) {
          yield due;
        }
        yield Duration.between(began, clock.instant()).compareTo(limit) < 0
            ? null
            : late(what, unschedulable);
      }
      case PodState.Running _, PodState.Ended _, PodState.Lost _ -> null;
    };
  }

  private NotStarted late(String what, boolean unschedulable) {
    return unschedulable
        ? new NotStarted(
            StartFailure.UNSCHEDULABLE,
            "no node took the pod within %s: %s".formatted(Times.text(limit), what))
        : new NotStarted(
            StartFailure.ENGINE,
            "the step could not start within %s; it waited for: %s"
                .formatted(Times.text(limit), what));
  }

  private @Nullable StepResult image(PodState.NoImage trouble) {
    Instant now = clock.instant();
    Instant since = noImageSince;
    if (since == null) {
      noImageSince = now;
      since = now;
    }
    if (!trouble.detail().startsWith("ImagePullBackOff") || pullTrouble == null) {
      pullTrouble = trouble.detail();
    }
    String detail = "cannot pull the image of step %s: %s".formatted(step, pullTrouble);
    if (trouble.definite()) {
      return new NotStarted(StartFailure.IMAGE, detail);
    }
    return Duration.between(since, now).compareTo(PULL_GRACE) < 0
        ? null
        : new NotStarted(StartFailure.IMAGE_UNREACHABLE, detail);
  }
}
