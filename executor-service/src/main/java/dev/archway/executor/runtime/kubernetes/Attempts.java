package dev.archway.executor.runtime.kubernetes;

import dev.archway.contract.plan.FailureStrategy;
import dev.archway.contract.plan.FailureStrategy.Action;
import dev.archway.contract.plan.Flow;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How often a step may be tried, so that its pod has room for every attempt. Pure. */
final class Attempts {
  private Attempts() {}

  /** The most attempts that the strategies around a step allow; 1 without any. */
  static int of(StagePlan stage, String step) {
    boolean service =
        stage.steps().stream()
            .anyMatch(
                s -> s instanceof StepPlan.Run run && run.background() && run.id().equals(step));
    if (service) {
      return 1; // Its end has no consequence, and so no second try.
    }
    return 1 + Math.max(retries(stage.onFailure()), inside(stage.flow(), step));
  }

  /** The names of a step's attempts: the step's own, then {@code step.2} and so on. */
  static Stream<String> names(StagePlan stage, String step) {
    return IntStream.rangeClosed(1, of(stage, step)).mapToObj(n -> n == 1 ? step : step + "." + n);
  }

  private static int inside(List<Flow> flow, String step) {
    return flow.stream()
        .filter(node -> node.steps().anyMatch(step::equals))
        .mapToInt(node ->
            switch (node) {
              case Flow.Step own -> retries(own.onFailure());
              case Flow.Group group ->
                  Math.max(retries(group.onFailure()), inside(group.members(), step));
              case Flow.Parallel parallel -> inside(parallel.members(), step);
            })
        .max()
        .orElse(0);
  }

  private static int retries(List<FailureStrategy> strategies) {
    return strategies.stream()
        .mapToInt(s -> s.action() instanceof Action.Retry retry ? retry.count() : 0)
        .max()
        .orElse(0);
  }
}
