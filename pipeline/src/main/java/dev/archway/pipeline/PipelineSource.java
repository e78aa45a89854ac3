package dev.archway.pipeline;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is to be compiled.
 *
 * @param yaml the pipeline's text
 * @param inputs values for {@code <+input>}: an input set's shape, or a flat map from the end of a
 *     path to a value; never evaluated
 * @param inputSets input sets and overlays, each a document; later ones win, and {@code inputs} win
 *     over all
 * @param templates the templates that the pipeline refers to, each a document
 * @param stages identifiers of the stages to run; empty runs all
 * @param branch fills the codebase's {@code build} where that is an input; null when inputs say it
 * @param event what started the run; null when somebody did by hand
 */
public record PipelineSource(
    String yaml,
    Map<String, Object> inputs,
    List<String> inputSets,
    List<String> templates,
    List<String> stages,
    @Nullable String branch,
    @Nullable RunEvent event) {
  /** One that nothing but a person starts. */
  public PipelineSource(
      String yaml,
      Map<String, Object> inputs,
      List<String> inputSets,
      List<String> templates,
      List<String> stages,
      @Nullable String branch) {
    this(yaml, inputs, inputSets, templates, stages, branch, null);
  }

  /** A pipeline that comes alone. */
  public PipelineSource(
      String yaml, Map<String, Object> inputs, List<String> stages, @Nullable String branch) {
    this(yaml, inputs, List.of(), List.of(), stages, branch);
  }
}
