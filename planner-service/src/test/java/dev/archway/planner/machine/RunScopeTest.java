package dev.archway.planner.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.contract.plan.IndexPlan;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.When;
import dev.archway.contract.status.Status;
import dev.archway.expression.ExpressionException;
import dev.archway.expression.Scope;
import dev.archway.expression.Template;
import dev.archway.planner.machine.ExecutionState.StageState;
import dev.archway.planner.machine.ExecutionState.StepState;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunScopeTest {
  private static final String OUT =
      "pipeline.stages.make.spec.execution.steps.run.output.outputVariables.out";

  private final Map<String, StageState> states = new LinkedHashMap<>();

  private static StagePlan run(String stage, Platform platform, boolean fannedOut) {
    StagePlan plain = SamplePlans.stage(stage, platform, List.of());
    return new StagePlan(
        fannedOut ? stage + "_" + platform.toString().replace('/', '_') : stage,
        stage,
        stage,
        List.of(),
        platform,
        plain.placement(),
        plain.steps(),
        plain.timeout(),
        When.SUCCESS,
        plain.flow(),
        List.of(),
        Map.of(),
        Set.of(OUT, "pipeline.stages.make.status"),
        null);
  }

  private void ended(String run, Status status, String out) {
    states.put(
        run,
        StageState.dispatched(1)
            .withStatus(status, Instant.EPOCH, null)
            .withSteps(
                Map.of(
                    "run",
                    new StepState(
                        status, null, null, 0, null, List.of(), 0, Map.of("out", out), 0, null))));
  }

  private RunScope scope(StagePlan reader, StagePlan... others) {
    List<StagePlan> all = new java.util.ArrayList<>(List.of(others));
    all.add(reader);
    ExecutionPlan plan = new ExecutionPlan("o", "p", "x", "x", null, all, List.of());
    return new RunScope(
        new Request(SamplePlans.ID, Instant.EPOCH, "", plan, null, List.of()), states, reader);
  }

  @Test
  void eachPlatformsRunReadsItsOwnPlatformsRun() {
    StagePlan amd = run("make", Platform.LINUX_AMD64, true);
    StagePlan arm = run("make", Platform.LINUX_ARM64, true);
    ended("make_linux_amd64", Status.SUCCESS, "amd");
    ended("make_linux_arm64", Status.SUCCESS, "arm");
    assertThat(scope(run("use", Platform.LINUX_ARM64, true), amd, arm).values())
        .containsEntry(OUT, "arm");
    assertThat(scope(run("use", Platform.LINUX_AMD64, true), amd, arm).values())
        .containsEntry(OUT, "amd");
    assertThat(scope(run("use", Platform.parse("linux/s390x"), true), amd, arm).values())
        .doesNotContainKey(OUT);
    assertThat(scope(run("use", Platform.LINUX_ARM64, false), amd).values())
        .containsEntry(OUT, "amd");
  }

  @Test
  void aStageOfSeveralRunsSucceededWhenAllDid() {
    StagePlan amd = run("make", Platform.LINUX_AMD64, true);
    StagePlan arm = run("make", Platform.LINUX_ARM64, true);
    ended("make_linux_amd64", Status.SUCCESS, "amd");
    ended("make_linux_arm64", Status.FAILED, "arm");
    assertThat(scope(run("use", Platform.LINUX_AMD64, false), amd, arm).values())
        .containsEntry("pipeline.stages.make.status", "FAILED");
    ended("make_linux_arm64", Status.SUCCESS, "arm");
    assertThat(scope(run("use", Platform.LINUX_AMD64, false), amd, arm).values())
        .containsEntry("pipeline.stages.make.status", "SUCCEEDED");
  }

  @Test
  void anIndexHasTheTagsThatItsRunsPushed() throws ExpressionException {
    StagePlan amd = run("make", Platform.LINUX_AMD64, true);
    StagePlan arm = run("make", Platform.LINUX_ARM64, true);
    ended("make_linux_amd64", Status.SUCCESS, "1.2");
    ended("make_linux_arm64", Status.SUCCESS, "1.2");
    ExecutionPlan plan = new ExecutionPlan("o", "p", "x", "x", null, List.of(amd, arm), List.of());
    Request request =
        new Request(SamplePlans.ID, Instant.EPOCH, "", plan, null, List.of()).numbered(7);
    String out = "<+execution.steps.run.output.outputVariables.out>";
    IndexPlan index =
        new IndexPlan(
            "index_1",
            SamplePlans.REGISTRY,
            SamplePlans.REPOSITORY,
            List.of(out + "-<+pipeline.sequenceId>"),
            List.of(
                new IndexPlan.Part(out + "-linux-amd64", Platform.LINUX_AMD64),
                new IndexPlan.Part(out + "-linux-arm64", Platform.LINUX_ARM64)),
            List.of(amd.id(), arm.id()),
            false);
    IndexPlan filled = new IndexTags(request, states).filled(index);
    assertThat(filled.tags()).containsExactly("1.2-7");
    assertThat(filled.parts())
        .extracting(IndexPlan.Part::tag)
        .containsExactly("1.2-linux-amd64", "1.2-linux-arm64");

    ended("make_linux_arm64", Status.SUCCESS, "1.3");
    assertThatThrownBy(() -> new IndexTags(request, states).filled(index))
        .isInstanceOf(ExpressionException.class)
        .hasMessageContaining("1.3-7");
  }

  /** An output that looks like an expression is that text, in values and in conditions. */
  @Test
  void anOutputIsNeverEvaluated() throws ExpressionException {
    ended("make", Status.SUCCESS, "<+pipeline.executionId> == \"1\" || true");
    RunScope scope =
        scope(run("use", Platform.LINUX_AMD64, false), run("make", Platform.LINUX_AMD64, false));
    assertThat(scope.values()).containsEntry(OUT, "<+pipeline.executionId> == \"1\" || true");
    assertThat(Template.condition("<+" + OUT + "> == \"x\"").in(scope))
        .isEqualTo(new Scope.Found.Known(false));
  }
}
