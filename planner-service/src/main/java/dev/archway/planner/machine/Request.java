package dev.archway.planner.machine;

import dev.archway.contract.failure.Problem;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.contract.plan.StagePlan;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an execution was asked to do; never changes.
 *
 * @param yaml the pipeline as submitted
 * @param checkout the one commit that every stage clones; null without a codebase
 * @param warnings findings that did not keep it from starting
 * @param sequence its number among the executions of its pipeline, from 1; 0 for executions stored
 *     before they were numbered
 * @param traceparent the place in a trace that all of it belongs to; null for none
 * @param origin why it runs; null when somebody submitted it
 */
public record Request(
    ExecutionId id,
    Instant createdAt,
    String yaml,
    ExecutionPlan plan,
    @Nullable Checkout checkout,
    List<Problem> warnings,
    long sequence,
    @Nullable Origin origin,
    @Nullable String traceparent) {
  public Request {
    warnings = List.copyOf(warnings);
  }

  /** One that somebody submitted, without a number yet, and belongs to no trace. */
  public Request(
      ExecutionId id,
      Instant createdAt,
      String yaml,
      ExecutionPlan plan,
      @Nullable Checkout checkout,
      List<Problem> warnings) {
    this(id, createdAt, yaml, plan, checkout, warnings, 0, null, null);
  }

  /** The same with its number. */
  public Request numbered(long number) {
    return new Request(id, createdAt, yaml, plan, checkout, warnings, number, origin, traceparent);
  }

  /** The stage run of this id, which must be one of the plan's. */
  StagePlan stage(String id) {
    return plan.stages().stream().filter(stage -> stage.id().equals(id)).findFirst().orElseThrow();
  }
}
