package dev.archway.executor.runtime;

import dev.archway.contract.plan.StepPlan;
import java.time.Duration;
import java.time.Instant;

/**
 * A step to run.
 *
 * @param deadline when it is killed; stays the same when the step is joined after a crash
 * @param limit the time limit the deadline comes from, for the message
 */
public record StepSpec(StepPlan plan, Instant deadline, Duration limit) {}
