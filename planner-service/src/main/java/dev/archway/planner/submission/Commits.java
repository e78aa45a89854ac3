package dev.archway.planner.submission;

import dev.archway.contract.failure.Problem;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.CodeRef;
import dev.archway.contract.plan.CodebasePlan;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The commits of one submission: whatever names the same ref of the same repository is given the
 * same one. What cannot be resolved becomes a finding. Lives for one submission.
 */
final class Commits {
  private final CommitResolver resolver;
  private final List<Problem> problems;
  private final Map<CodebasePlan, Checkout> known = new HashMap<>();

  Commits(CommitResolver resolver, List<Problem> problems) {
    this.resolver = resolver;
    this.problems = problems;
  }

  /**
   * What an event tells of a codebase counts before what the repository has by now.
   *
   * @param pin null for no event
   */
  @Nullable Checkout of(CodebasePlan codebase, Start.@Nullable Pin pin, String path) {
    Checkout pinned = pin == null ? null : pin.of(codebase);
    if (pin == null || pinned == null) {
      return of(codebase, path);
    }
    try {
      return codebase.ref() instanceof CodeRef.MergedPullRequest && pin.target() != null
          ? resolver.merged(codebase, pinned, pin.target())
          : pinned;
    } catch (CommitResolver.UnresolvedException e) {
      return unresolved(e, path);
    }
  }

  private @Nullable Checkout of(CodebasePlan codebase, String path) {
    try {
      Checkout checkout = known.get(codebase);
      if (checkout == null) {
        checkout = resolver.resolve(codebase);
        known.put(codebase, checkout);
      }
      return checkout;
    } catch (CommitResolver.UnresolvedException e) {
      return unresolved(e, path);
    }
  }

  private @Nullable Checkout unresolved(CommitResolver.UnresolvedException e, String path) {
    problems.add(
        new Problem(Problem.Severity.ERROR, path, 0, 0, e.code(), String.valueOf(e.getMessage())));
    return null;
  }

  /** The plan with the commit of each GitClone step. */
  ExecutionPlan fillIn(ExecutionPlan plan) {
    return plan.withStages(plan.stages().stream().map(this::stage).toList());
  }

  private StagePlan stage(StagePlan stage) {
    return stage.withSteps(
        stage.steps().stream().map(step -> step(step, stage.identifier())).toList());
  }

  private StepPlan step(StepPlan step, String stage) {
    if (!(step instanceof StepPlan.Clone clone) || clone.source() == null) {
      return step;
    }
    Checkout checkout =
        of(clone.source().codebase(), "pipeline.stages." + stage + ".steps." + clone.id());
    return checkout == null
        ? step
        : new StepPlan.Clone(
            clone.id(), clone.name(), clone.timeout(), clone.source().at(checkout));
  }
}
