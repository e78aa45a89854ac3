package dev.archway.executor.runtime;

import dev.archway.contract.plan.StepPlan;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A step to run.
 *
 * @param deadline when it is killed; stays the same when the step is joined after a crash
 * @param limit the time limit the deadline comes from, for the message
 * @param attempt counted from 1; each is run and joined on its own
 * @param next what runs at once when this step succeeds, whole; a runtime may begin it by itself
 *     and is asked to run it all the same. Null when that is not known before this step has ended
 */
public record StepSpec(
    StepPlan plan, Instant deadline, Duration limit, int attempt, StepPlan.@Nullable Run next) {

  /** The name of the attempt among all of the stage's steps. */
  public String name() {
    return name(plan, attempt);
  }

  /** The name of an attempt of a step. */
  public static String name(StepPlan plan, int attempt) {
    return attempt == 1 ? plan.id() : plan.id() + "." + attempt;
  }
}
