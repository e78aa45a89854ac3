package dev.archway.contract.failure;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a step, a stage or an execution did not succeed.
 *
 * @param reason the closed reason, for programs
 * @param message for people: what was found, what was expected, what to do next
 * @param retryable true when the same work may succeed on another attempt without any change by the
 *     user
 * @param step the step that failed; null when it was not a step
 * @param exitCode the command's exit code; null when there was none
 * @param logTail the last lines of the step's output, oldest first; at most 20
 */
public record Failure(
    FailureReason reason,
    String message,
    boolean retryable,
    @Nullable String step,
    @Nullable Integer exitCode,
    List<String> logTail) {
  public Failure {
    logTail = List.copyOf(logTail);
  }

  /** A failure that no other attempt would mend, outside any step. */
  public static Failure of(FailureReason reason, String message) {
    return new Failure(reason, message, false, null, null, List.of());
  }

  /** A failure of the platform, which another attempt may mend. */
  public static Failure retryable(FailureReason reason, String message) {
    return new Failure(reason, message, true, null, null, List.of());
  }

  /** The same failure, told of a step with the end of its output. */
  public Failure at(String step, List<String> logTail) {
    return new Failure(reason, message, retryable, step, exitCode, logTail);
  }
}
