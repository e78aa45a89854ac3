package dev.archway.executor.stage;

import dev.archway.contract.failure.Failure;
import dev.archway.contract.plan.When;
import dev.archway.contract.status.Status;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far one line of steps has come. Members of a parallel block have one each, so that what one
 * does not see of another is the same after a crash.
 */
final class Progress {
  private Status status = Status.SUCCESS;
  private @Nullable Failure failure;
  private boolean ignored;

  /** The progress of a line that begins here. */
  Progress fork() {
    Progress fork = new Progress();
    fork.status = status;
    fork.failure = failure;
    fork.ignored = ignored;
    return fork;
  }

  /** Takes in how the lines that began here ended, in the order written. */
  void join(List<Progress> lines) {
    for (Progress line : lines) {
      note(line.status, line.failure, line.ignored);
    }
  }

  /**
   * Notes the end of a step.
   *
   * @param forgiven true for a failure that its stage's strategy ignores
   */
  void note(Status ended, @Nullable Failure why, boolean forgiven) {
    boolean well =
        ended == Status.SUCCESS || ended == Status.SKIPPED || ended == Status.IGNORE_FAILED;
    boolean worse =
        status == Status.SUCCESS || (ended == Status.ABORTED && !over()) || (ignored && !forgiven);
    if (!well && worse) {
      status = ended;
      failure = why;
      ignored = forgiven;
    }
  }

  /** True when nothing may run any more. */
  boolean over() {
    return status == Status.ABORTED;
  }

  boolean fits(When.Before before) {
    return switch (before) {
      case SUCCESS -> status == Status.SUCCESS;
      case FAILURE -> status != Status.SUCCESS;
      case ALL -> true;
    };
  }

  /** How the stage ends if nothing more is noted. */
  Status status() {
    return ignored ? Status.IGNORE_FAILED : status;
  }

  @Nullable Failure failure() {
    return failure;
  }
}
