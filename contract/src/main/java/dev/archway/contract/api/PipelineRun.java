package dev.archway.contract.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a stored pipeline is run.
 *
 * @param inputs as in {@link Submission}
 * @param inputSetRefs identifiers of the pipeline's stored input sets; later ones win
 * @param inputSets texts of further input sets, which win over the stored ones
 * @param templates texts of the templates that the pipeline refers to
 * @param stages identifiers of the stages to run; empty runs all
 * @param branch as in {@link Submission}
 */
public record PipelineRun(
    @Nullable Map<String, Object> inputs,
    @Nullable List<String> inputSetRefs,
    @Nullable List<String> inputSets,
    @Nullable List<String> templates,
    @Nullable List<String> stages,
    @Nullable String branch) {}
