package dev.archway.planner.pipelines;

import dev.archway.contract.plan.ExecutionPlan;

/** Names a pipeline. */
public record PipelineKey(String org, String project, String id) {
  /** Of what was compiled. */
  public static PipelineKey of(ExecutionPlan plan) {
    return new PipelineKey(plan.org(), plan.project(), plan.pipeline());
  }

  @Override
  public String toString() {
    return org + "/" + project + "/" + id;
  }
}
