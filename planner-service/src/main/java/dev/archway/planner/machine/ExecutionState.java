package dev.archway.planner.machine;

import dev.archway.contract.failure.Failure;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.PushedImage;
import dev.archway.contract.report.TestReport;
import dev.archway.contract.status.Status;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where an execution stands. Immutable; {@link ExecutionMachine} makes the next one.
 *
 * @param sequence how many execution events were told
 * @param stoppedBy who asked for it to stop; null while nobody has
 * @param stages by stage run id
 * @param indexes by index id
 */
public record ExecutionState(
    Status status,
    long sequence,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable String stoppedBy,
    @Nullable Failure failure,
    Map<String, StageState> stages,
    Map<String, IndexState> indexes) {

  /**
   * One stage run.
   *
   * @param attempt 0 while it has not been dispatched
   * @param reported how the executor says it ended; the status follows once the pushed images are
   *     verified
   * @param verified digests of which registry-service said that they are there
   */
  public record StageState(
      Status status,
      int attempt,
      @Nullable Instant startedAt,
      @Nullable Instant endedAt,
      @Nullable String runtime,
      boolean emulated,
      List<String> ignored,
      @Nullable Status reported,
      @Nullable Failure failure,
      Map<String, StepState> steps,
      Set<Digest> verified) {
    static final StageState WAITING =
        new StageState(
            Status.QUEUED, 0, null, null, null, false, List.of(), null, null, Map.of(), Set.of());

    StageState withStatus(Status next, @Nullable Instant ended, @Nullable Failure why) {
      return new StageState(
          next, attempt, startedAt, ended, runtime, emulated, ignored, reported, why, steps,
          verified);
    }

    StageState withSteps(Map<String, StepState> next) {
      return new StageState(
          status, attempt, startedAt, endedAt, runtime, emulated, ignored, reported, failure, next,
          verified);
    }

    StageState withReport(Status outcome, @Nullable Failure why) {
      return new StageState(
          status, attempt, startedAt, endedAt, runtime, emulated, ignored, outcome, why, steps,
          verified);
    }

    StageState withVerified(Set<Digest> next) {
      return new StageState(
          status, attempt, startedAt, endedAt, runtime, emulated, ignored, reported, failure, steps,
          next);
    }

    /** The same in an execution that has none of its logs. */
    StageState withoutLogs() {
      Map<String, StepState> bare = new LinkedHashMap<>();
      steps.forEach((id, step) -> bare.put(id, step.withoutLog()));
      return withSteps(bare);
    }

    static StageState dispatched(int attempt) {
      return new StageState(
          Status.QUEUED,
          attempt,
          null,
          null,
          null,
          false,
          List.of(),
          null,
          null,
          Map.of(),
          Set.of());
    }

    /** Every image its steps pushed. */
    List<PushedImage> images() {
      return steps.values().stream().flatMap(step -> step.images().stream()).toList();
    }
  }

  /** One step of the newest attempt. */
  public record StepState(
      Status status,
      @Nullable Instant startedAt,
      @Nullable Instant endedAt,
      @Nullable Integer exitCode,
      @Nullable Failure failure,
      List<PushedImage> images,
      long logLines,
      Map<String, String> outputs,
      int retries,
      @Nullable TestReport tests) {
    StepState withoutLog() {
      return new StepState(
          status, startedAt, endedAt, exitCode, failure, images, 0, outputs, retries, tests);
    }
  }

  /** One image index; running means that registry-service was asked to publish it. */
  public record IndexState(
      Status status,
      @Nullable Digest digest,
      List<Platform> platforms,
      List<String> missing,
      @Nullable Failure failure) {
    static final IndexState WAITING =
        new IndexState(Status.QUEUED, null, List.of(), List.of(), null);

    IndexState withStatus(Status next, @Nullable Failure why) {
      return new IndexState(next, digest, platforms, missing, why);
    }
  }
}
