package dev.archway.planner.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.When;
import dev.archway.contract.status.Status;
import dev.archway.planner.machine.ExecutionState.StageState;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GateTest {
  private final Map<String, StageState> states = new LinkedHashMap<>();

  private static StagePlan stage(
      String id, When when, StagePlan.@Nullable Limit limit, String... after) {
    StagePlan plain = SamplePlans.stage(id, Platform.LINUX_AMD64, List.of(after));
    return new StagePlan(
        id,
        id,
        id,
        List.of(after),
        plain.platform(),
        plain.placement(),
        plain.steps(),
        plain.timeout(),
        when,
        plain.flow(),
        List.of(),
        Map.of("pipeline.variables.go", "yes"),
        Set.of(),
        limit);
  }

  private static When when(When.Before before, @Nullable String condition) {
    return new When(before, condition);
  }

  private void at(String stage, Status status) {
    states.put(stage, StageState.dispatched(1).withStatus(status, Instant.EPOCH, null));
  }

  private Gate.Verdict verdict(StagePlan... stages) {
    ExecutionPlan plan = new ExecutionPlan("o", "p", "x", "x", null, List.of(stages), List.of());
    Request request =
        new Request(SamplePlans.key("x", 1).execution(), Instant.EPOCH, "", plan, null, List.of());
    for (StagePlan stage : stages) {
      states.putIfAbsent(stage.id(), StageState.WAITING);
    }
    return new Gate(request, states, Map.of()).verdict(stages[stages.length - 1]);
  }

  @Test
  void aFailureFarBackCountsAndASkippedStageDoesNot() {
    StagePlan first = stage("first", When.SUCCESS, null);
    StagePlan second = stage("second", When.SUCCESS, null, "first");
    at("first", Status.FAILED);
    at("second", Status.SKIPPED);
    assertThat(verdict(first, second, stage("last", When.SUCCESS, null, "second")))
        .isInstanceOf(Gate.Verdict.Skip.class);
    assertThat(
            verdict(first, second, stage("last", when(When.Before.FAILURE, null), null, "second")))
        .isInstanceOf(Gate.Verdict.Start.class);
    at("first", Status.SUCCESS);
    assertThat(verdict(first, second, stage("last", When.SUCCESS, null, "second")))
        .isInstanceOf(Gate.Verdict.Start.class);
    assertThat(
            verdict(first, second, stage("last", when(When.Before.FAILURE, null), null, "second")))
        .isInstanceOf(Gate.Verdict.Skip.class);
  }

  @Test
  void anIgnoredFailureIsNone() {
    StagePlan first = stage("first", When.SUCCESS, null);
    at("first", Status.IGNORE_FAILED);
    assertThat(verdict(first, stage("last", When.SUCCESS, null, "first")))
        .isInstanceOf(Gate.Verdict.Start.class);
    assertThat(verdict(first, stage("last", when(When.Before.FAILURE, null), null, "first")))
        .isInstanceOf(Gate.Verdict.Skip.class);
    String read = "<+pipeline.stages.first.status> == \"IGNORE_FAILED\"";
    assertThat(verdict(first, stage("last", when(When.Before.ALL, read), null, "first")))
        .isInstanceOf(Gate.Verdict.Start.class);
  }

  @Test
  void aConditionReadsValuesAndOtherStages() {
    StagePlan first = stage("first", When.SUCCESS, null);
    at("first", Status.SUCCESS);
    String both =
        "<+pipeline.variables.go> == \"yes\" && <+pipeline.stages.first.status> == \"SUCCEEDED\"";
    assertThat(verdict(first, stage("last", when(When.Before.ALL, both), null, "first")))
        .isInstanceOf(Gate.Verdict.Start.class);
    assertThat(verdict(first, stage("last", when(When.Before.ALL, "false"), null, "first")))
        .isInstanceOf(Gate.Verdict.Skip.class);
    assertThat(
            verdict(
                first,
                stage(
                    "last",
                    when(When.Before.ALL, "<+pipeline.variables.go.substring(9)>"),
                    null,
                    "first")))
        .isInstanceOf(Gate.Verdict.Fail.class);
  }

  @Test
  void noMoreRunsOfAGroupThanItsLimit() {
    StagePlan.Limit one = new StagePlan.Limit("group", 1);
    StagePlan first = stage("first", When.SUCCESS, one);
    at("first", Status.RUNNING);
    assertThat(verdict(first, stage("last", When.SUCCESS, one)))
        .isInstanceOf(Gate.Verdict.Wait.class);
    at("first", Status.FAILED);
    assertThat(verdict(first, stage("last", When.SUCCESS, one)))
        .isInstanceOf(Gate.Verdict.Start.class);
  }
}
