package dev.archway.executor.stage;

import dev.archway.contract.command.StageCommand.EndStep;
import dev.archway.executor.runtime.StepResult;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Where the steps of one attempt wait that another service ends. What was told is on the disk; this
 * wakes those who wait for it. Thread-safe.
 */
final class Answers {
  private final StageDirectory directory;
  private final Clock clock;

  Answers(StageDirectory directory, Clock clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /** Something was told: everybody looks again. */
  synchronized void ring() {
    notifyAll();
  }

  /** How the step ends: as it was told, stopped, or at its time limit. */
  synchronized StepResult await(String step, Instant deadline, Duration limit)
      throws InterruptedException {
    while (true) {
      Optional<EndStep> end = directory.answer(step);
      if (end.isPresent()) {
        return result(end.get());
      }
      if (directory.stopped().isPresent()) {
        return new StepResult.Stopped();
      }
      Duration left = Duration.between(clock.instant(), deadline);
      if (!left.isPositive()) {
        return new StepResult.TimedOut(limit);
      }
      wait(Math.max(1, left.toMillis()));
    }
  }

  private static StepResult result(EndStep end) {
    return end.failure() == null
        ? new StepResult.Exited(0, end.outputs())
        : new StepResult.Failed(end.failure().reason(), end.failure().message(), null);
  }
}
