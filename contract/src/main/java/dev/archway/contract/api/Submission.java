package dev.archway.contract.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of {@code POST /executions} and {@code POST /pipelines/validate}.
 *
 * @param pipelineYaml the pipeline's text, unchanged
 * @param inputs values for {@code <+input>}: either an input set's shape (the key {@code
 *     pipeline}), or a flat map from a path's end, such as {@code namespace} or {@code
 *     stages.upload.spec.infrastructure.spec.namespace}, to a value; never evaluated
 * @param stages identifiers of the stages to run; empty runs all
 * @param branch builds this branch where the codebase's {@code build} is {@code <+input>}; null
 *     when inputs say it
 * @param inputSets texts of input sets and overlays; later ones win, and {@code inputs} win over
 *     all
 * @param templates texts of the templates that the pipeline refers to
 */
public record Submission(
    String pipelineYaml,
    @Nullable Map<String, Object> inputs,
    @Nullable List<String> stages,
    @Nullable String branch,
    @Nullable List<String> inputSets,
    @Nullable List<String> templates) {
  /** A pipeline that comes alone. */
  public Submission(
      String pipelineYaml,
      @Nullable Map<String, Object> inputs,
      @Nullable List<String> stages,
      @Nullable String branch) {
    this(pipelineYaml, inputs, stages, branch, null, null);
  }
}
