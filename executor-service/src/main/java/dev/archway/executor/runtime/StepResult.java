package dev.archway.executor.runtime;

import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.image.PushedImage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a step ended. What is not known is {@link Lost}, never success. */
public sealed interface StepResult {
  /**
   * A container's command ended by itself.
   *
   * @param outputs output variables that it left, by name
   */
  record Exited(int code, Map<String, String> outputs) implements StepResult {
    public Exited {
      outputs = Map.copyOf(outputs);
    }

    /** The end of a command without outputs. */
    public Exited(int code) {
      this(code, Map.of());
    }
  }

  /** The step that the runtime itself carries out (clone, build) succeeded. */
  record Completed(List<PushedImage> images) implements StepResult {
    public Completed {
      images = List.copyOf(images);
    }
  }

  /** The step that the runtime itself carries out failed. */
  record Failed(FailureReason reason, String message, @Nullable Integer exitCode)
      implements StepResult {}

  /** The container went over its memory limit and was killed. */
  record OutOfMemory(long limitBytes, int code) implements StepResult {}

  /** The step was killed at its deadline. */
  record TimedOut(Duration limit) implements StepResult {}

  /** The step was stopped on request. */
  record Stopped() implements StepResult {}

  /** Nothing of the step ran. */
  record NotStarted(StartFailure why, String detail) implements StepResult {}

  /** What ran the step is gone and its result unknown. */
  record Lost(String detail) implements StepResult {}
}
