package dev.archway.planner.api;

import dev.archway.contract.api.DryRun.PlannedRun;
import dev.archway.contract.api.DryRun.PlannedStep;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.contract.plan.FailureStrategy;
import dev.archway.contract.plan.FailureStrategy.Action;
import dev.archway.contract.plan.Flow;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.When;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells people what a plan will do, run by run. Pure. */
final class PlannedRuns {
  private final Map<String, Place> places = new HashMap<>();

  private PlannedRuns() {}

  /** Where a step stands among others. */
  private record Place(List<String> within, When when, List<FailureStrategy> onFailure) {}

  static List<PlannedRun> of(ExecutionPlan plan) {
    return plan.stages().stream().map(run -> new PlannedRuns().run(run)).toList();
  }

  private PlannedRun run(StagePlan run) {
    walk(run.flow(), List.of(), run.onFailure());
    var placement = run.placement();
    StagePlan.Limit limit = run.limit();
    return new PlannedRun(
        run.id(),
        run.name(),
        run.platform().toString(),
        "%s (%s)"
            .formatted(
                placement.connector().ref(), placement.connector().getClass().getSimpleName()),
        placement.namespace(),
        run.after(),
        condition(run.when(), "known when the stage could start"),
        limit == null ? null : limit.most(),
        List.copyOf(run.needs()),
        run.steps().stream().map(this::step).toList());
  }

  private void walk(List<Flow> flow, List<String> within, List<FailureStrategy> around) {
    for (Flow node : flow) {
      switch (node) {
        case Flow.Step step ->
            places.put(step.id(), new Place(within, step.when(), both(step.onFailure(), around)));
        case Flow.Group group -> {
          String condition = condition(group.when(), "known when the group could start");
          walk(
              group.members(),
              with(
                  within, "group " + group.id() + (condition == null ? "" : ", runs " + condition)),
              both(group.onFailure(), around));
        }
        case Flow.Parallel parallel ->
            walk(
                parallel.members(),
                with(
                    within,
                    parallel.most() == 0
                        ? "in parallel"
                        : "in parallel, %d at once".formatted(parallel.most())),
                around);
      }
    }
  }

  private static List<FailureStrategy> both(
      List<FailureStrategy> own, List<FailureStrategy> around) {
    List<FailureStrategy> all = new ArrayList<>(own);
    all.addAll(around);
    return all;
  }

  private static List<String> with(List<String> within, String more) {
    List<String> all = new ArrayList<>(within);
    all.add(more);
    return all;
  }

  private PlannedStep step(StepPlan step) {
    Place place = places.getOrDefault(step.id(), new Place(List.of(), When.SUCCESS, List.of()));
    return new PlannedStep(
        step.id(),
        does(step),
        place.within(),
        condition(place.when(), "known when the step could start"),
        place.onFailure().stream().map(PlannedRuns::failure).toList(),
        step.timeout().toString());
  }

  private static String does(StepPlan step) {
    return switch (step) {
      case StepPlan.Run run ->
          "%s %s%s%s"
              .formatted(
                  run.command() == null ? "start" : "run a script in",
                  run.image(),
                  run.imageRegistry() == null ? "" : " from " + run.imageRegistry().ref(),
                  run.background() ? ", in the background" : "");
      case StepPlan.BuildAndPush push ->
          "build %s in %s, push %s:%s through %s"
              .formatted(
                  push.dockerfile(),
                  push.context(),
                  push.repository(),
                  String.join(", ", push.tags()),
                  push.registry().ref());
      case StepPlan.Clone clone when clone.source() != null ->
          "clone %s into %s".formatted(clone.source().codebase().url(), clone.source().directory());
      case StepPlan.Clone _ -> "clone the codebase";
      case StepPlan.PublishIndex publish -> "publish image index %s".formatted(publish.index());
      case StepPlan.SaveCache save ->
          "save %s in %s/%s through %s"
              .formatted(
                  String.join(", ", save.paths()),
                  save.store().address(),
                  save.key().written(),
                  save.store().account().ref());
      case StepPlan.RestoreCache restore ->
          "restore %s/%s through %s"
              .formatted(
                  restore.store().address(),
                  restore.key().written(),
                  restore.store().account().ref());
      case StepPlan.Upload upload ->
          "upload %s to %s/%s through %s"
              .formatted(
                  upload.source(),
                  upload.store().address(),
                  upload.target(),
                  upload.store().account().ref());
    };
  }

  private static @Nullable String condition(When when, String known) {
    String before =
        switch (when.before()) {
          case SUCCESS -> "after success";
          case FAILURE -> "after a failure only";
          case ALL -> "after success and failure alike";
        };
    String condition = when.condition();
    if (condition == null) {
      return when.before() == When.Before.SUCCESS ? null : before;
    }
    return condition.equals("false")
        ? "never: its condition is false"
        : "%s, if %s (%s)".formatted(before, condition, known);
  }

  private static String failure(FailureStrategy strategy) {
    return strategy.errors() + ": " + action(strategy.action());
  }

  private static String action(Action action) {
    return switch (action) {
      case Action.Ignore _ -> "ignore";
      case Action.IgnoreStage _ -> "ignore the stage's failure";
      case Action.MarkAsSuccess _ -> "mark as success";
      case Action.MarkAsFailure _ -> "mark as failure";
      case Action.Abort _ -> "abort the pipeline";
      case Action.Retry retry ->
          "retry %d times%s, then %s"
              .formatted(
                  retry.count(),
                  retry.condition() == null ? "" : " if " + retry.condition(),
                  action(retry.then()));
    };
  }
}
