package dev.archway.planner.api;

import dev.archway.contract.api.ExecutionView;
import dev.archway.contract.api.ExecutionView.IndexView;
import dev.archway.contract.api.ExecutionView.StageView;
import dev.archway.contract.api.ExecutionView.StepView;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.IndexPlan;
import dev.archway.contract.plan.ObjectStore;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.status.Status;
import dev.archway.planner.machine.ExecutionState;
import dev.archway.planner.machine.ExecutionState.IndexState;
import dev.archway.planner.machine.ExecutionState.StageState;
import dev.archway.planner.machine.ExecutionState.StepState;
import dev.archway.planner.machine.Request;
import dev.archway.planner.store.ExecutionStore.Stored;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Joins what was planned and where it stands into what the API shows. Pure. */
final class ExecutionViews {
  private ExecutionViews() {}

  static ExecutionView of(Stored stored, Map<String, Integer> ahead) {
    Request request = stored.request();
    ExecutionState state = stored.state();
    var plan = request.plan();
    Checkout checkout = request.checkout();
    return new ExecutionView(
        request.id(),
        plan.org(),
        plan.project(),
        plan.pipeline(),
        plan.name(),
        state.status(),
        request.createdAt(),
        state.startedAt(),
        state.endedAt(),
        checkout == null ? null : checkout.refName(),
        checkout == null ? null : checkout.commit(),
        state.failure(),
        plan.stages().stream()
            .map(stage ->
                stage(
                    stage,
                    Objects.requireNonNull(state.stages().get(stage.id())),
                    ahead.get(stage.id())))
            .toList(),
        plan.indexes().stream()
            .map(index -> index(index, Objects.requireNonNull(state.indexes().get(index.id()))))
            .toList(),
        request.warnings());
  }

  private static StageView stage(StagePlan plan, StageState state, @Nullable Integer ahead) {
    List<StepView> steps = plan.steps().stream().map(step -> step(step, state)).toList();
    return new StageView(
        plan.id(),
        plan.identifier(),
        plan.name(),
        plan.platform(),
        plan.placement().connector().ref(),
        state.attempt(),
        state.status(),
        state.startedAt(),
        state.endedAt(),
        state.runtime(),
        state.emulated(),
        state.ignored(),
        state.failure(),
        steps,
        ahead);
  }

  private static String store(StepPlan.Transfer step) {
    return step.store() instanceof ObjectStore.S3 ? "S3" : "GCS";
  }

  private static StepView step(StepPlan plan, StageState stage) {
    String type =
        switch (plan) {
          case StepPlan.Clone clone -> clone.source() == null ? "Clone" : "GitClone";
          case StepPlan.Run run -> run.background() ? "Background" : "Run";
          case StepPlan.BuildAndPush build -> build.kind();
          case StepPlan.SaveCache save -> "SaveCache" + store(save);
          case StepPlan.RestoreCache restore -> "RestoreCache" + store(restore);
          case StepPlan.Upload upload -> store(upload) + "Upload";
          case StepPlan.PublishIndex _ -> "Plugin";
        };
    StepState state = stage.steps().get(plan.id());
    if (state == null) {
      Status status = stage.status().ended() ? Status.SKIPPED : Status.QUEUED;
      return new StepView(
          plan.id(), plan.name(), type, status, null, null, null, null, List.of(), 0, null);
    }
    return new StepView(
        plan.id(),
        plan.name(),
        type,
        state.status(),
        state.startedAt(),
        state.endedAt(),
        state.exitCode(),
        state.failure(),
        state.images(),
        state.logLines(),
        state.tests());
  }

  private static IndexView index(IndexPlan plan, IndexState state) {
    return new IndexView(
        plan.id(),
        plan.repository(),
        plan.tags(),
        state.status(),
        state.digest(),
        state.platforms(),
        state.missing(),
        state.failure());
  }
}
