package dev.archway.pipeline;

import dev.archway.contract.failure.Problem;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.List;

/** What became of a pipeline. */
public sealed interface Compilation {
  /**
   * It can run; the warnings say what is not honoured.
   *
   * @param merged the pipeline with its inputs and templates filled in
   */
  record Compiled(ExecutionPlan plan, List<Problem> warnings, YamlNode merged)
      implements Compilation {}

  /** It cannot run; all findings in the order of the document, warnings among them. */
  record Refused(List<Problem> problems) implements Compilation {}
}
