package dev.archway.executor.runtime;

import dev.archway.contract.plan.StepPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A step to run.
 *
 * @param deadline when it is killed; stays the same when the step is joined after a crash
 * @param limit the time limit the deadline comes from, for the message
 * @param attempt counted from 1; each is run and joined on its own
 * @param next what runs one after the other when this step succeeds and each of them does, whole; a
 *     runtime may begin them by itself and is asked to run them all the same. Ends where that is
 *     not known yet
 */
public record StepSpec(
    StepPlan.InRuntime plan,
    Instant deadline,
    Duration limit,
    int attempt,
    List<StepPlan.Run> next) {

  /** The name of the attempt among all of the stage's steps. */
  public String name() {
    return name(plan, attempt);
  }

  /** The name of an attempt of a step. */
  public static String name(StepPlan plan, int attempt) {
    return attempt == 1 ? plan.id() : plan.id() + "." + attempt;
  }
}
