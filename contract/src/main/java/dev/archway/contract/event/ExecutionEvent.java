package dev.archway.contract.event;

import dev.archway.contract.failure.Failure;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.status.Status;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the planner tells anyone who listens. */
public sealed interface ExecutionEvent {
  /** The execution it is about. */
  ExecutionId execution();

  /** When the planner decided it. */
  Instant at();

  /** Accepted; its stages are known. */
  record ExecutionQueued(
      ExecutionId execution, Instant at, String org, String project, String pipeline)
      implements ExecutionEvent {}

  /** A stage run changed its status. */
  record StageChanged(
      ExecutionId execution,
      Instant at,
      String stage,
      int attempt,
      Status status,
      @Nullable Failure failure)
      implements ExecutionEvent {}

  /** A step changed its status. */
  record StepChanged(
      ExecutionId execution, Instant at, String stage, int attempt, String step, Status status)
      implements ExecutionEvent {}

  /** An index was published or given up. */
  record IndexChanged(
      ExecutionId execution, Instant at, String index, Status status, @Nullable Failure failure)
      implements ExecutionEvent {}

  /**
   * The execution is over.
   *
   * @param logs how many lines each step's log has, so that a reader knows when it has seen all
   */
  record ExecutionFinished(
      ExecutionId execution,
      Instant at,
      Status status,
      @Nullable Failure failure,
      List<LogLength> logs)
      implements ExecutionEvent {
    public ExecutionFinished {
      logs = List.copyOf(logs);
    }
  }

  /** The whole length of one step's log. */
  record LogLength(String stage, int attempt, String step, long lines) {}
}
