package dev.archway.pipeline;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is to be compiled.
 *
 * @param yaml the pipeline's text
 * @param inputs values for {@code <+input>}: an input set's shape, or a flat map from the end of a
 *     path to a value
 * @param stages identifiers of the stages to run; empty runs all
 * @param branch fills the codebase's {@code build} where that is an input; null when inputs say it
 */
public record PipelineSource(
    String yaml, Map<String, Object> inputs, List<String> stages, @Nullable String branch) {}
