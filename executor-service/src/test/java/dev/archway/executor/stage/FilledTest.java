package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.event.StageEvent.StepFinished;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.ArchiveFormat;
import dev.archway.contract.plan.CacheKey;
import dev.archway.contract.plan.ObjectStore;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.status.Status;
import dev.archway.expression.ExpressionException;
import dev.archway.expression.Template;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FilledTest {
  private static final String EVIL = "<+execution.steps.first.status>";
  private static final Connector.DockerRegistry REGISTRY =
      new Connector.DockerRegistry("docker", URI.create("https://registry.example"), null, null);

  private static StepPlan.Run step(String image, String command) {
    return new StepPlan.Run(
        "second",
        "second",
        Duration.ofHours(1),
        image,
        REGISTRY,
        command,
        StepPlan.Shell.SH,
        Map.of("PLAIN", Template.literal(EVIL)),
        StepPlan.Resources.UNLIMITED,
        null,
        false,
        null);
  }

  private static StagePlan stage(StepPlan step) {
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
    return new StagePlan(
        "build_linux_amd64",
        "build",
        "Build",
        List.of(),
        Platform.LINUX_AMD64,
        placement,
        List.of(step),
        Duration.ofHours(1));
  }

  private static StageScope scope(StagePlan stage, Map<String, String> given) {
    StageScope scope = new StageScope(stage, given, name -> name);
    scope.ended(
        new StepFinished(
            new StageKey(ExecutionId.of("e00000000001"), "build_linux_amd64", 1),
            Instant.EPOCH,
            "first",
            Status.SUCCESS,
            0,
            null,
            List.of(),
            0,
            Map.of("out", EVIL),
            0,
            null),
        Map.of("hidden", "secret " + EVIL));
    return scope;
  }

  @Test
  void outputsAndGivenValuesAreNeverEvaluated() throws ExpressionException {
    StepPlan.Run step =
        step(
            "alpine",
            "echo <+execution.steps.first.output.outputVariables.out> <+codebase.branch>");
    StageScope scope = scope(stage(step), Map.of("codebase.branch", EVIL));
    StepPlan.Run filled = (StepPlan.Run) Filled.step(step, scope.at("second"));
    assertThat(filled.command()).isEqualTo("echo " + EVIL + " " + EVIL);
    assertThat(filled.environment()).containsEntry("PLAIN", EVIL);
  }

  @Test
  void secretOutputsAreReadLikeOthers() throws ExpressionException {
    StepPlan.Run step =
        step(
            "alpine",
            "<+steps.first.output.outputVariables.hidden> <+steps.first.output.outputVariables.get('hidden')>");
    StepPlan.Run filled = (StepPlan.Run) Filled.step(step, scope(stage(step), Map.of()).at("x"));
    assertThat(filled.command()).isEqualTo("secret " + EVIL + " secret " + EVIL);
  }

  @Test
  void anImageIsFilledInOnce() throws ExpressionException {
    StepPlan.Run step = step("app:<+pipeline.stages.a.spec.execution.steps.b.output.x>", "true");
    StagePlan stage = stage(step);
    StageScope scope =
        scope(stage, Map.of("pipeline.stages.a.spec.execution.steps.b.output.x", EVIL));
    StepPlan.Run filled = (StepPlan.Run) Filled.images(stage, scope).steps().getFirst();
    assertThat(filled.image()).isEqualTo("app:" + EVIL);
    assertThatThrownBy(() -> Filled.step(filled, scope))
        .isInstanceOf(ExpressionException.class)
        .hasMessageContaining(EVIL);
  }

  @Test
  void aStepOfTheSameStageMayBeNamedInFull() throws ExpressionException {
    StepPlan.Run step =
        step("alpine", "<+pipeline.stages.build.spec.execution.steps.first.status>");
    StageScope scope = scope(stage(step), Map.of());
    assertThat(((StepPlan.Run) Filled.step(step, scope)).command()).isEqualTo("SUCCEEDED");
    StepPlan.Run other =
        step("alpine", "<+pipeline.stages.other.spec.execution.steps.first.status>");
    assertThat(((StepPlan.Run) Filled.step(other, scope)).command()).isEqualTo("null");
  }

  @Test
  void whatIsFilledIntoAKeyIsNeverAMacroAndPathsStayInTheWorkspace() throws ExpressionException {
    StepPlan.SaveCache step =
        TransferSamples.save(
            new ObjectStore.Gcs(new Connector.Gcp("gcp", SecretRef.of("account.gcp")), "caches"),
            "<+codebase.branch>-{{ checksum \"<+codebase.file>\" }}",
            ArchiveFormat.TAR,
            false,
            "<+codebase.file>/../x");
    Map<String, String> given =
        Map.of("codebase.branch", "{{ epoch }}", "codebase.file", "/harness/a/pom.xml");
    StepPlan.SaveCache filled = (StepPlan.SaveCache) Filled.step(step, scope(stage(step), given));
    assertThat(filled.key())
        .isEqualTo(
            new CacheKey(
                List.of(new CacheKey.Text("{{ epoch }}-"), new CacheKey.Checksum("a/pom.xml"))));
    assertThat(filled.paths()).containsExactly("a/x");

    StageScope out = scope(stage(step), Map.of("codebase.branch", "b", "codebase.file", "../.."));
    assertThatThrownBy(() -> Filled.step(step, out))
        .isInstanceOf(ExpressionException.class)
        .hasMessageContaining("expected: one inside the workspace /harness");
  }
}
