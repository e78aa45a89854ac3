package dev.archway.planner.submission;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.failure.Problem;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.contract.plan.Flow;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.When;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What code from elsewhere may not do: use a connector's account within a step, since whoever wrote
 * the code could keep the account's secret, or put something in the place of what others trust.
 * Steps whose condition is false already count for nothing. Pure.
 */
final class ForeignCode {
  private ForeignCode() {}

  static List<Problem> problems(ExecutionPlan plan) {
    List<Problem> problems = new ArrayList<>();
    for (StagePlan stage : plan.stages()) {
      if (never(stage.when())) {
        continue;
      }
      Set<String> skipped = new HashSet<>();
      stage.flow().forEach(node -> skipped(node, skipped));
      for (StepPlan step : stage.steps()) {
        String connector = account(step);
        if (connector != null && !skipped.contains(step.id())) {
          problems.add(
              new Problem(
                  Problem.Severity.ERROR,
                  "pipeline.stages." + stage.identifier() + ".steps." + step.id(),
                  0,
                  0,
                  "secret-withheld",
                  "step %s uses the account of connector %s, which a pull request from a fork is not given (expected: a condition that skips the step then, such as <+trigger.event> != \"PR\")"
                      .formatted(step.id(), connector)));
        }
      }
    }
    return problems;
  }

  private static void skipped(Flow node, Set<String> skipped) {
    switch (node) {
      case Flow.Step step -> {
        if (never(step.when())) {
          skipped.add(step.id());
        }
      }
      case Flow.Group group -> {
        if (never(group.when())) {
          group.steps().forEach(skipped::add);
        } else {
          group.members().forEach(member -> skipped(member, skipped));
        }
      }
      case Flow.Parallel parallel -> parallel.members().forEach(member -> skipped(member, skipped));
    }
  }

  private static boolean never(When when) {
    return "false".equals(when.condition());
  }

  /** The connector whose secret the step gets; null when it gets none. */
  private static @Nullable String account(StepPlan step) {
    return switch (step) {
      case StepPlan.BuildAndPush push when push.registry().password() != null ->
          push.registry().ref();
      case StepPlan.Transfer transfer -> transfer.store().account().ref();
      case StepPlan.Clone clone when clone.source() != null -> {
        Connector.Git git = clone.source().codebase().connector();
        yield git.password() == null ? null : git.ref();
      }
      default -> null;
    };
  }
}
