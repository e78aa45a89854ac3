package dev.archway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.contract.plan.StepPlan;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TemplatesTest {
  private static final String STEP =
      """
      template:
        name: Say
        identifier: say
        versionLabel: v1
        type: Step
        spec:
          type: Run
          timeout: 5m
          spec:
            connectorRef: account.harnessImage
            image: alpine:latest
            command: echo <+input>.default(nothing)
            envVariables:
              WHAT: <+input>
              HOW: <+input>.allowedValues(loud, low).default(low)
      """
          .replace("echo <+input>.default(nothing)", "<+input>.default(echo $WHAT)");

  private static final String STAGE =
      """
      template:
        name: Build
        identifier: build
        versionLabel: "1"
        type: Stage
        spec:
          type: CI
          variables: [{name: v, type: String, value: <+input>}]
          spec:
            cloneCodebase: false
            infrastructure: {type: KubernetesDirect, spec: {connectorRef: local, namespace: <+input>}}
            execution:
              steps:
                - step:
                    identifier: say_it
                    name: Say it
                    template:
                      templateRef: account.say
                      versionLabel: v1
                      templateInputs:
                        type: Run
                        spec:
                          envVariables: {WHAT: <+stage.variables.v>}
      """;

  private static String uses(String inputs) {
    return Samples.pipeline(
        """
        stages:
          - stage:
              identifier: a
              name: a
              template:
                templateRef: build
                templateInputs:
        """
            + inputs.indent(10));
  }

  private static final String INPUTS =
      """
      type: CI
      variables: [{name: v, type: String, value: <+input>}]
      spec:
        infrastructure: {type: KubernetesDirect, spec: {namespace: ns}}
      """;

  @Test
  void aStageTemplateWithAStepTemplateBecomesAStage() {
    ExecutionPlan plan =
        Samples.plan(
            Samples.compile(
                uses(INPUTS), Map.of("v.value", "hello"), List.of(), List.of(STAGE, STEP)));
    assertThat(plan.stages())
        .singleElement()
        .satisfies(stage -> {
          assertThat(stage.placement().namespace()).isEqualTo("ns");
          StepPlan.Run run = (StepPlan.Run) stage.steps().getFirst();
          assertThat(run.id()).isEqualTo("say_it");
          assertThat(run.timeout()).hasMinutes(5);
          assertThat(run.command()).isEqualTo("echo $WHAT");
          assertThat(run.environment()).containsEntry("WHAT", "hello").containsEntry("HOW", "low");
        });
  }

  @Test
  void aPipelineTemplateBecomesAPipeline() {
    String template =
        "template:\n  identifier: whole\n  versionLabel: v\n  type: Pipeline\n  spec:\n    stages:\n"
            + Samples.stage("a", "<+input>").indent(6);
    String yaml =
        """
        pipeline:
          identifier: q
          name: q
          template:
            templateRef: org.whole
            versionLabel: v
            templateInputs:
              stages:
                - stage:
                    identifier: a
                    type: CI
                    spec: {execution: {steps: [{step: {identifier: run, type: Run, spec: {command: echo here}}}]}}
        """;
    ExecutionPlan plan =
        Samples.plan(Samples.compile(yaml, Map.of(), List.of(), List.of(template)));
    assertThat(plan.pipeline()).isEqualTo("q");
    assertThat(Samples.run(plan, 0).command()).isEqualTo("echo here");
  }

  @Test
  void whatIsWrongWithTemplatesIsTold() {
    assertThat(Samples.found(Samples.compile(uses(INPUTS), Map.of("v.value", "x"))))
        .contains("unknown-template pipeline.stages[0].stage.template.templateRef");
    assertThat(
            Samples.found(
                Samples.compile(
                    uses(INPUTS.replace("spec: {namespace: ns}", "spec: {nmespace: ns}")),
                    Map.of("v.value", "x"),
                    List.of(),
                    List.of(STAGE, STEP))))
        .contains(
            "unresolved-input pipeline.stages[0].stage.spec.infrastructure.spec.namespace",
            "unknown-input stages[0].stage.template.spec.infrastructure.spec.nmespace");
    assertThat(
            Samples.found(
                Samples.compile(
                    uses(INPUTS).replace("templateRef: build", "templateRef: say"),
                    Map.of("v.value", "x"),
                    List.of(),
                    List.of(STAGE, STEP, STEP, "x: 1"))))
        .contains(
            "bad-value pipeline.stages[0].stage.template.templateRef",
            "duplicate-identifier templates[2]",
            "missing-field templates[3]");
  }

  @Test
  void aTemplateWithinItselfIsTold() {
    String loop =
        """
        template:
          identifier: build
          versionLabel: "1"
          type: Stage
          spec:
            type: CI
            spec: {x: {stage: {template: {templateRef: build, versionLabel: "1"}}}}
        """;
    assertThat(
            Samples.found(
                Samples.compile(
                    uses("{}").replaceAll("( +)templateRef: build", "$0\n$1versionLabel: \"1\""),
                    Map.of(),
                    List.of(),
                    List.of(loop))))
        .contains("too-large pipeline.stages[0].stage.spec.x.stage.template.templateRef");
  }
}
