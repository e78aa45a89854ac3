package dev.archway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.failure.Problem;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.contract.plan.StepPlan;
import java.util.List;
import java.util.Map;

/** Small pipelines around what a test is about. */
final class Samples {
  private Samples() {}

  /** A pipeline of these lines below {@code pipeline:}, which end with its stages. */
  static String pipeline(String lines) {
    return "pipeline:\n  identifier: p\n  name: p\n" + lines.indent(2);
  }

  /** A stage of one Run step {@code run}. */
  static String stage(String id, String command, String... more) {
    return """
    - stage:
        identifier: %s
        name: %s
        type: CI
    %s    spec:
          cloneCodebase: false
          infrastructure: {type: KubernetesDirect, spec: {connectorRef: local, namespace: default}}
          execution:
            steps:
              - step:
                  identifier: run
                  name: run
                  type: Run
                  spec:
                    connectorRef: account.harnessImage
                    image: alpine:latest
                    command: %s
                    outputVariables: [{name: out}]
    """
        .formatted(
            id,
            id,
            String.join("", more).isEmpty() ? "" : String.join("\n", more).indent(4),
            command);
  }

  static Compilation compile(PipelineSource source) {
    return PipelineCompiler.compile(source, SampleConnectors.KNOWN);
  }

  static Compilation compile(String yaml, Map<String, Object> inputs) {
    return compile(new PipelineSource(yaml, inputs, List.of(), null));
  }

  static Compilation compile(
      String yaml, Map<String, Object> inputs, List<String> sets, List<String> templates) {
    return compile(new PipelineSource(yaml, inputs, sets, templates, List.of(), null));
  }

  static ExecutionPlan plan(Compilation compilation) {
    assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
    return ((Compilation.Compiled) compilation).plan();
  }

  /** {@code code path} of each finding. */
  static List<String> found(Compilation compilation) {
    return problems(compilation).stream().map(p -> p.code() + " " + p.path()).toList();
  }

  static List<Problem> problems(Compilation compilation) {
    return switch (compilation) {
      case Compilation.Compiled(_, List<Problem> warnings, _) -> warnings;
      case Compilation.Refused(List<Problem> problems) -> problems;
    };
  }

  static StepPlan.Run run(ExecutionPlan plan, int stage) {
    return (StepPlan.Run) plan.stages().get(stage).steps().getLast();
  }
}
