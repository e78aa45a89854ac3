package dev.archway.executor.runtime;

import dev.archway.contract.plan.StepPlan;
import java.time.Duration;
import java.time.Instant;

/**
 * A step to run.
 *
 * @param deadline when it is killed; stays the same when the step is joined after a crash
 * @param limit the time limit the deadline comes from, for the message
 * @param attempt counted from 1; each is run and joined on its own
 */
public record StepSpec(StepPlan plan, Instant deadline, Duration limit, int attempt) {
  /** The first attempt. */
  public StepSpec(StepPlan plan, Instant deadline, Duration limit) {
    this(plan, deadline, limit, 1);
  }

  /** The name of the attempt among all of the stage's steps. */
  public String name() {
    return name(plan, attempt);
  }

  /** The name of an attempt of a step. */
  public static String name(StepPlan plan, int attempt) {
    return attempt == 1 ? plan.id() : plan.id() + "." + attempt;
  }
}
