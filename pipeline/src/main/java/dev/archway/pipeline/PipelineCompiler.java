package dev.archway.pipeline;

import dev.archway.contract.failure.Problem;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.pipeline.compile.PlanBuilder;
import dev.archway.pipeline.expr.Expressions;
import dev.archway.pipeline.expr.Inputs;
import dev.archway.pipeline.expr.Templates;
import dev.archway.pipeline.yaml.YamlException;
import dev.archway.pipeline.yaml.YamlNode;
import dev.archway.pipeline.yaml.YamlReader;
import java.util.List;
import java.util.Optional;

/**
 * Compiles pipelines: read, fill in inputs, fill in expressions, check everything, plan.
 * Thread-safe.
 */
public final class PipelineCompiler {
  private PipelineCompiler() {}

  /** Compiles a pipeline; whatever the text, the answer is a plan or findings. */
  public static Compilation compile(PipelineSource source, Connectors connectors) {
    Findings findings = new Findings();
    try {
      YamlNode root =
          YamlReader.read(
              source.yaml(), again -> findings.unreadable("", "cannot read the pipeline: ", again));
      if (!(root instanceof YamlNode.Mapping document)
          || !(document.get("pipeline") instanceof YamlNode.Mapping pipeline)) {
        findings.error(
            root.place(),
            "",
            ProblemCode.MISSING_FIELD,
            "no pipeline here (expected: the key \"pipeline\" with the pipeline's fields indented below it)");
        return new Compilation.Refused(findings.sorted());
      }
      for (String key : document.entries().keySet()) {
        if (!key.equals("pipeline")) {
          findings.warning(
              document.keys().getOrDefault(key, root.place()),
              key,
              ProblemCode.UNKNOWN_KEY,
              "key \"%s\" beside \"pipeline\" is not read (expected: \"pipeline\" alone)"
                  .formatted(key));
        }
      }
      YamlNode.Mapping filled =
          Templates.resolve(Inputs.fill(pipeline, source, findings), source.templates(), findings);
      Expressions expressions = new Expressions(findings, source.event());
      YamlNode.Mapping resolved = expressions.resolve(filled);
      Optional<ExecutionPlan> plan =
          new PlanBuilder(resolved, expressions, connectors, findings).build(source.stages());
      List<Problem> problems = findings.sorted();
      return plan.isEmpty() || findings.hasErrors()
          ? new Compilation.Refused(problems)
          : new Compilation.Compiled(plan.get(), problems, filled);
    } catch (YamlException e) {
      return new Compilation.Refused(
          List.of(
              new Problem(
                  Problem.Severity.ERROR,
                  "",
                  e.line(),
                  e.column(),
                  e.code(),
                  "cannot read the pipeline: " + e.getMessage())));
    }
  }
}
