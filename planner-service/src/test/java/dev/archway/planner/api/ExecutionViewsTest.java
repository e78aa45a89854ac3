package dev.archway.planner.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.api.ExecutionView.StepView;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.Repository;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.planner.machine.ExecutionMachine;
import dev.archway.planner.machine.Request;
import dev.archway.planner.machine.SamplePlans;
import dev.archway.planner.store.ExecutionStore.Stored;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ExecutionViewsTest {
  private static StepPlan.BuildAndPush build(String kind) {
    return new StepPlan.BuildAndPush(
        kind,
        kind,
        Duration.ofHours(1),
        new Connector.DockerRegistry("docker", URI.create("https://registry.example"), null, null),
        Repository.parse("registry.example/demo"),
        List.of("1.0"),
        ".",
        "Dockerfile",
        null,
        Map.of(),
        Map.of(),
        Map.of(),
        StepPlan.Resources.UNLIMITED,
        List.of(),
        null,
        kind);
  }

  @Test
  void stepsAreShownUnderTheTypeThatWasWritten() {
    Placement placement =
        new Placement(
            new Connector.LocalPodman("local", List.of()),
            null,
            null,
            null,
            null,
            null,
            Map.of(),
            List.of(),
            Map.of(),
            Map.of(),
            null);
    StagePlan stage =
        new StagePlan(
            "one",
            "one",
            "one",
            List.of(),
            Platform.LINUX_AMD64,
            placement,
            List.of(build("BuildAndPushECR"), build("BuildAndPushDockerRegistry")),
            Duration.ofHours(1));
    Request request =
        new Request(
            SamplePlans.ID,
            SamplePlans.NOW,
            "",
            new ExecutionPlan("o", "p", "x", "x", null, List.of(stage), List.of()),
            null,
            List.of());
    var view = ExecutionViews.of(new Stored(request, ExecutionMachine.initial(request)), Map.of());
    assertThat(view.stages().getFirst().steps())
        .extracting(StepView::type)
        .containsExactly("BuildAndPushECR", "BuildAndPushDockerRegistry");
  }
}
