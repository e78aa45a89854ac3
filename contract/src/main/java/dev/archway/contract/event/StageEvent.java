package dev.archway.contract.event;

import dev.archway.contract.failure.Failure;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.PushedImage;
import dev.archway.contract.report.TestReport;
import dev.archway.contract.status.Status;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an executor reports of one attempt of a stage. Told again after a crash with the same
 * content.
 */
public sealed interface StageEvent {
  /** The attempt it is about. */
  StageKey key();

  /** When it happened, by the executor's clock. */
  Instant at();

  /**
   * The runtime has the stage.
   *
   * @param runtime the runtime's name, such as {@code podman}
   * @param emulated true when the stage's platform is emulated on this machine
   * @param ignored fields of the placement that this runtime does not honour
   */
  record StageStarted(
      StageKey key, Instant at, String runtime, boolean emulated, List<String> ignored)
      implements StageEvent {
    public StageStarted {
      ignored = List.copyOf(ignored);
    }
  }

  /** A step has begun. */
  record StepStarted(StageKey key, Instant at, String step) implements StageEvent {}

  /**
   * A step has ended, and all its output has been handed to the log topic.
   *
   * @param status ended
   * @param exitCode null when there was none
   * @param failure null when the status is Success or Skipped
   * @param images what the step pushed
   * @param logLines how many lines its log has
   * @param outputs output variables by name
   * @param retries how often it was tried again
   * @param tests what its test reports say; null when it names none, or did not run
   */
  record StepFinished(
      StageKey key,
      Instant at,
      String step,
      Status status,
      @Nullable Integer exitCode,
      @Nullable Failure failure,
      List<PushedImage> images,
      long logLines,
      Map<String, String> outputs,
      int retries,
      @Nullable TestReport tests)
      implements StageEvent {
    public StepFinished {
      images = List.copyOf(images);
      outputs = Map.copyOf(outputs);
    }

    /** The end of a step without outputs, at the first try. */
    public StepFinished(
        StageKey key,
        Instant at,
        String step,
        Status status,
        @Nullable Integer exitCode,
        @Nullable Failure failure,
        List<PushedImage> images,
        long logLines) {
      this(key, at, step, status, exitCode, failure, images, logLines, Map.of(), 0, null);
    }
  }

  /**
   * The attempt is over, and nothing of it runs any more.
   *
   * @param status ended
   * @param failure null when the status is Success
   */
  record StageFinished(StageKey key, Instant at, Status status, @Nullable Failure failure)
      implements StageEvent {}
}
