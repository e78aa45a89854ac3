package dev.archway.planner.pipelines;

import dev.archway.contract.api.PipelineRun;
import dev.archway.contract.api.StoredDocument;
import dev.archway.contract.api.Submission;
import dev.archway.web.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Puts together what running a kept pipeline takes. Thread-safe. */
public final class StoredPipelines {
  private final PipelineStore store;

  public StoredPipelines(PipelineStore store) {
    this.store = store;
  }

  /**
   * A pipeline as it is kept.
   *
   * @throws ProblemException 404 where there is none
   */
  public StoredDocument pipeline(PipelineKey key) {
    return store.find(key).orElseThrow(() -> unknown(key));
  }

  StoredDocument inputSet(PipelineKey key, String id) {
    return store
        .findInputSet(key, id)
        .orElseThrow(() ->
            new ProblemException(
                404,
                "Not found",
                "no input set \"%s\" of pipeline %s (expected: one that is stored; GET its input-sets lists them)"
                    .formatted(id, key)));
  }

  /**
   * A run of a kept pipeline.
   *
   * @throws ProblemException 404 where the pipeline or an input set is missing
   */
  public Submission submission(PipelineKey key, PipelineRun run) {
    return submission(key, Objects.requireNonNull(pipeline(key).yaml()), run);
  }

  /** A run of a pipeline whose text comes from elsewhere, with the input sets that are kept. */
  public Submission submission(PipelineKey key, String yaml, PipelineRun run) {
    List<String> sets = new ArrayList<>();
    for (String ref : run.inputSetRefs() == null ? List.<String>of() : run.inputSetRefs()) {
      sets.add(Objects.requireNonNull(inputSet(key, ref).yaml()));
    }
    sets.addAll(run.inputSets() == null ? List.of() : run.inputSets());
    return new Submission(yaml, run.inputs(), run.stages(), run.branch(), sets, run.templates());
  }

  static ProblemException unknown(PipelineKey key) {
    return new ProblemException(
        404,
        "Not found",
        "no pipeline %s (expected: one that is stored; PUT it at /api/v1/orgs/%s/projects/%s/pipelines/%s)"
            .formatted(key, key.org(), key.project(), key.id()));
  }
}
