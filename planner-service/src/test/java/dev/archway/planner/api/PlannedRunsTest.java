package dev.archway.planner.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.api.DryRun.PlannedRun;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.pipeline.Compilation;
import dev.archway.pipeline.Connectors;
import dev.archway.pipeline.PipelineCompiler;
import dev.archway.pipeline.PipelineSource;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlannedRunsTest {
  private static final Connectors CONNECTORS =
      new Connectors() {
        @Override
        public Optional<Connector> find(String org, String project, String ref) {
          return Optional.of(
              ref.equals("local")
                  ? new Connector.LocalPodman(ref, List.of())
                  : new Connector.DockerRegistry(
                      ref, URI.create("https://registry.example"), null, null));
        }

        @Override
        public List<String> known(String org, String project) {
          return List.of();
        }
      };

  private static final String YAML =
      """
      pipeline:
        identifier: p
        name: p
        stages:
          - stage:
              identifier: first
              name: first
              type: CI
              spec: &spec
                cloneCodebase: false
                platforms: [linux/amd64, linux/arm64]
                infrastructure: {type: KubernetesDirect, spec: {connectorRef: local, namespace: ns}}
                execution:
                  steps:
                    - parallel:
                        - step:
                            identifier: run
                            name: run
                            type: Run
                            failureStrategies:
                              - onFailure: {errors: [AllErrors], action: {type: Retry, spec: {retryCount: 2, onRetryFailure: {action: {type: Ignore}}}}}
                            spec: {connectorRef: docker, image: alpine, command: "true"}
                        - step:
                            identifier: push
                            name: push
                            type: BuildAndPushDockerRegistry
                            when: {stageStatus: All, condition: <+execution.steps.run.status> == "SUCCEEDED"}
                            spec: {connectorRef: docker, repo: acme/app, tags: ["1"]}
          - stage:
              identifier: second
              name: second
              type: CI
              when: {pipelineStatus: Failure, condition: <+pipeline.stages.first.status> == "FAILED"}
              spec:
                <<: *spec
                platforms: []
                execution: {steps: [{step: {identifier: a, name: a, type: Run, spec: {connectorRef: docker, image: alpine, command: "true"}}}]}
      """;

  private static List<PlannedRun> runs() {
    Compilation compilation =
        PipelineCompiler.compile(new PipelineSource(YAML, Map.of(), List.of(), null), CONNECTORS);
    assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
    ExecutionPlan plan = ((Compilation.Compiled) compilation).plan();
    return PlannedRuns.of(plan);
  }

  @Test
  void eachRunTellsWhereItGoesAndWhatDecides() {
    List<PlannedRun> runs = runs();
    assertThat(runs)
        .extracting(PlannedRun::id, PlannedRun::platform, PlannedRun::connector)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                "first_linux_amd64", "linux/amd64", "local (LocalPodman)"),
            org.assertj.core.groups.Tuple.tuple(
                "first_linux_arm64", "linux/arm64", "local (LocalPodman)"),
            org.assertj.core.groups.Tuple.tuple("second", "linux/amd64", "local (LocalPodman)"));
    assertThat(runs.get(0).condition()).isNull();
    assertThat(runs.get(2).condition())
        .isEqualTo(
            "after a failure only, if <+pipeline.stages.first.status> == \"FAILED\" (known when the stage could start)");
    assertThat(runs.get(2).after()).contains("first_linux_amd64", "first_linux_arm64");
  }

  @Test
  void eachStepTellsWhatItDoesAndWhatItsFailureLeadsTo() {
    PlannedRun first = runs().getFirst();
    assertThat(first.steps().get(0).does()).isEqualTo("run a script in alpine from docker");
    assertThat(first.steps().get(0).within()).containsExactly("in parallel");
    assertThat(first.steps().get(0).onFailure())
        .singleElement()
        .asString()
        .endsWith("retry 2 times, then ignore");
    assertThat(first.steps().get(1).does())
        .isEqualTo(
            "build Dockerfile in ., push registry.example/acme/app:1-linux-amd64 through docker");
    assertThat(first.steps().get(1).condition())
        .startsWith("after success and failure alike, if <+execution.steps.run.status>");
  }
}
