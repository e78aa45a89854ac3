package dev.archway.executor.stage;

import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.image.PushedImage;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.status.Status;
import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.Times;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A step's result in the words of reports. Pure. */
record Outcome(
    Status status,
    @Nullable Integer exitCode,
    @Nullable Failure failure,
    List<PushedImage> images,
    Map<String, String> outputs) {

  static final Outcome SKIPPED = new Outcome(Status.SKIPPED, null, null, List.of(), Map.of());

  static Outcome of(
      StepResult result, StepPlan plan, List<String> logTail, @Nullable String stopper) {
    String step = plan.id();
    return switch (result) {
      case StepResult.Exited(int code, Map<String, String> outputs) when code == 0 ->
          new Outcome(Status.SUCCESS, 0, null, List.of(), outputs);
      case StepResult.Completed(List<PushedImage> images) ->
          new Outcome(Status.SUCCESS, null, null, images, Map.of());
      case StepResult.Exited(int code, Map<String, String> outputs) ->
          failed(
                  failure(
                      FailureReason.EXIT_CODE,
                      "step %s ended with exit code %d (expected: 0)".formatted(step, code),
                      false,
                      code),
                  step,
                  logTail)
              .with(outputs);
      case StepResult.Failed(FailureReason reason, String message, Integer code) ->
          failed(failure(reason, message, false, code), step, logTail);
      case StepResult.OutOfMemory(long limit, int code) ->
          failed(
              failure(
                  FailureReason.OUT_OF_MEMORY,
                  "step %s needs more memory than its limit of %d bytes and was killed; raise resources.limits.memory"
                      .formatted(step, limit),
                  false,
                  code),
              step,
              logTail);
      case StepResult.NotStarted(var why, String detail) ->
          failed(failure(why.reason(), detail, why.retryable(), null), step, logTail);
      case StepResult.Lost(String detail) ->
          failed(
              failure(
                  FailureReason.LOST,
                  "cannot tell how step %s ended: %s".formatted(step, detail),
                  true,
                  null),
              step,
              logTail);
      case StepResult.TimedOut(var limit) ->
          new Outcome(
              Status.EXPIRED,
              null,
              failure(FailureReason.TIMED_OUT, late(plan, limit), false, null).at(step, logTail),
              List.of(),
              Map.of());
      case StepResult.Stopped() ->
          new Outcome(
              Status.ABORTED,
              null,
              failure(
                      FailureReason.STOPPED,
                      "step %s was stopped%s"
                          .formatted(step, stopper == null ? "" : " by " + stopper),
                      false,
                      null)
                  .at(step, logTail),
              List.of(),
              Map.of());
    };
  }

  /** The stage's time may be up before the step's own. */
  private static String late(StepPlan step, Duration limit) {
    return limit.equals(step.timeout())
        ? "step %s took longer than %s and was killed; raise its timeout"
            .formatted(step.id(), Times.text(limit))
        : "the stage's time was up when step %s had run for %s, and it was killed; raise the stage's timeout"
            .formatted(step.id(), Times.text(limit));
  }

  /**
   * The same as the end of a service, which decides nothing: it ends with its stage, or too early
   * for steps that need it, which will tell. Only one that never ran fails its stage.
   *
   * @param ran true when it was seen running
   */
  Outcome ofService(StepPlan.Run service, StepResult result, boolean ran, boolean aborted) {
    return switch (result) {
      case StepResult.Stopped _ when !aborted -> as(Status.SUCCESS);
      case StepResult.Stopped _ -> this;
      case StepResult.TimedOut(var limit) when ran && !limit.equals(service.timeout()) ->
          as(Status.SUCCESS); // The stage's time was up, and so was that of its service.
      default -> !ran || status == Status.SUCCESS ? this : as(Status.IGNORE_FAILED);
    };
  }

  /** True when the step ran, and nobody stopped its stage: it may have left something. */
  boolean ran() {
    return failure == null
        ? status != Status.SKIPPED
        : failure.reason() == FailureReason.EXIT_CODE
            || failure.reason() == FailureReason.OUT_OF_MEMORY
            || failure.reason() == FailureReason.TIMED_OUT;
  }

  /** The same end under the status that a failure strategy gave it. */
  Outcome as(Status next) {
    return next == status
        ? this
        : new Outcome(next, exitCode, next == Status.SUCCESS ? null : failure, images, outputs);
  }

  private Outcome with(Map<String, String> left) {
    return new Outcome(status, exitCode, failure, images, left);
  }

  private static Outcome failed(Failure failure, String step, List<String> logTail) {
    return new Outcome(
        Status.FAILED, failure.exitCode(), failure.at(step, logTail), List.of(), Map.of());
  }

  private static Failure failure(
      FailureReason reason, String message, boolean retryable, @Nullable Integer code) {
    return new Failure(reason, message, retryable, null, code, List.of());
  }
}
