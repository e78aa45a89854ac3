package dev.archway.contract.api;

import dev.archway.contract.failure.Problem;
import dev.archway.contract.plan.ExecutionPlan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer of {@code POST /pipelines/validate}: what an execution would do.
 *
 * @param plan the whole work order
 * @param warnings findings that would not keep it from starting
 * @param merged the pipeline with its inputs, input sets and templates filled in, as YAML
 * @param runs the plan's stage runs, for people
 */
public record DryRun(
    ExecutionPlan plan, List<Problem> warnings, String merged, List<PlannedRun> runs) {
  public DryRun {
    warnings = List.copyOf(warnings);
    runs = List.copyOf(runs);
  }

  /**
   * One run of a stage.
   *
   * @param connector the infrastructure, such as {@code local (LocalPodman)}
   * @param after runs and indexes that it waits for
   * @param condition what decides whether it runs, and when that is known; null when it runs after
   *     success, as by default
   * @param limit how many of its group run at once; null for no limit
   * @param reads what its expressions read that is known when it starts
   */
  public record PlannedRun(
      String id,
      String stage,
      String platform,
      String connector,
      @Nullable String namespace,
      List<String> after,
      @Nullable String condition,
      @Nullable Integer limit,
      List<String> reads,
      List<PlannedStep> steps) {
    public PlannedRun {
      after = List.copyOf(after);
      reads = List.copyOf(reads);
      steps = List.copyOf(steps);
    }
  }

  /**
   * One step.
   *
   * @param does such as {@code run alpine:3 from docker}
   * @param within groups and parallel blocks around it, outermost first
   * @param condition as of a run
   * @param onFailure what its failure leads to, nearest strategy first; empty when it fails the
   *     stage
   */
  public record PlannedStep(
      String id,
      String does,
      List<String> within,
      @Nullable String condition,
      List<String> onFailure,
      String timeout) {
    public PlannedStep {
      within = List.copyOf(within);
      onFailure = List.copyOf(onFailure);
    }
  }
}
