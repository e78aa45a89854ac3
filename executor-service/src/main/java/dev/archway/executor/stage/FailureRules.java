package dev.archway.executor.stage;

import dev.archway.contract.failure.Failure;
import dev.archway.contract.plan.FailureStrategy;
import dev.archway.contract.plan.FailureStrategy.Action;
import dev.archway.contract.plan.FailureStrategy.ErrorKind;
import dev.archway.contract.status.Status;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which strategy a failure meets (Harness page "Define a failure strategy"). Pure. */
final class FailureRules {
  private FailureRules() {}

  /**
   * What to do about a step's end; null for nothing.
   *
   * @param levels strategies of the step, of its group, of its stage; on each the first that names
   *     the failure counts
   */
  static @Nullable Action action(
      Status status, @Nullable Failure failure, List<List<FailureStrategy>> levels) {
    if (failure == null || (status != Status.FAILED && status != Status.EXPIRED)) {
      return null;
    }
    Set<ErrorKind> kinds = kinds(failure);
    for (List<FailureStrategy> level : levels) {
      for (FailureStrategy strategy : level) {
        if (kinds.stream().anyMatch(strategy::takes)) {
          return strategy.action();
        }
      }
    }
    return null;
  }

  /** The status that an action gives a step; a retry that is used up does what comes after it. */
  static Status status(Status status, @Nullable Action action) {
    return switch (action) {
      case null -> status;
      case Action.Ignore _ -> Status.IGNORE_FAILED;
      case Action.IgnoreStage _ -> status;
      case Action.MarkAsSuccess _ -> Status.SUCCESS;
      case Action.MarkAsFailure _ -> Status.FAILED;
      case Action.Abort _ -> Status.ABORTED;
      case Action.Retry retry -> status(status, retry.then());
    };
  }

  /** True for a failure that fails the stage, and the pipeline goes on all the same. */
  static boolean ignoresStage(
      Status status, @Nullable Failure failure, List<List<FailureStrategy>> levels) {
    Action action = action(status, failure, levels);
    return (action instanceof Action.Retry retry ? retry.then() : action)
        instanceof Action.IgnoreStage;
  }

  private static Set<ErrorKind> kinds(Failure failure) {
    ErrorKind kind =
        switch (failure.reason()) {
          case TIMED_OUT -> ErrorKind.TIMEOUT;
          case OUT_OF_MEMORY -> ErrorKind.RESOURCE_LIMITS;
          case IMAGE_UNAVAILABLE -> ErrorKind.PLUGIN_IMAGE;
          case INVALID_SPEC, SECRET_UNAVAILABLE -> ErrorKind.CONFIGURATION;
          case RUNTIME_UNAVAILABLE, LOST -> ErrorKind.INFRASTRUCTURE;
          case EXIT_CODE,
              STOPPED,
              CLONE_FAILED,
              BUILD_FAILED,
              PUSH_FAILED,
              TRANSFER_FAILED,
              REGISTRY_MISMATCH,
              INDEX_INCOMPLETE ->
              ErrorKind.UNKNOWN;
        };
    return failure.retryable() ? Set.of(kind, ErrorKind.RETRYABLE) : Set.of(kind);
  }
}
