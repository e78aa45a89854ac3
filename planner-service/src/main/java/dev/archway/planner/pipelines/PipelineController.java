package dev.archway.planner.pipelines;

import dev.archway.contract.api.Accepted;
import dev.archway.contract.api.PipelineRun;
import dev.archway.contract.api.StoredDocument;
import dev.archway.contract.failure.Problem;
import dev.archway.pipeline.yaml.YamlNode;
import dev.archway.planner.submission.Executions;
import dev.archway.planner.submission.Submissions;
import dev.archway.web.ProblemException;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Keeps pipelines and input sets, and runs them. */
@RestController
@RequestMapping("/api/v1/orgs/{org}/projects/{project}/pipelines")
public final class PipelineController {
  private final PipelineStore store;
  private final StoredPipelines stored;
  private final Submissions submissions;
  private final Executions executions;
  private final Clock clock;

  public PipelineController(
      PipelineStore store,
      StoredPipelines stored,
      Submissions submissions,
      Executions executions,
      Clock clock) {
    this.store = store;
    this.stored = stored;
    this.submissions = submissions;
    this.executions = executions;
    this.clock = clock;
  }

  @GetMapping
  List<StoredDocument> list(@PathVariable String org, @PathVariable String project) {
    return store.list(org, project);
  }

  @GetMapping("/{id}")
  StoredDocument show(
      @PathVariable String org, @PathVariable String project, @PathVariable String id) {
    return stored.pipeline(new PipelineKey(org, project, id));
  }

  @PutMapping("/{id}")
  StoredDocument put(
      @PathVariable String org,
      @PathVariable String project,
      @PathVariable String id,
      @RequestBody String yaml) {
    Heading heading = Heading.read(yaml, "pipeline", org, project, id);
    List<Problem> findings = submissions.findings(yaml);
    PipelineKey key = new PipelineKey(org, project, id);
    store.put(key, heading.name(), yaml, clock.instant());
    return with(stored.pipeline(key), findings);
  }

  @DeleteMapping("/{id}")
  ResponseEntity<Void> delete(
      @PathVariable String org, @PathVariable String project, @PathVariable String id) {
    PipelineKey key = new PipelineKey(org, project, id);
    if (!store.delete(key)) {
      throw StoredPipelines.unknown(key);
    }
    return ResponseEntity.noContent().build();
  }

  @PostMapping("/{id}/executions")
  ResponseEntity<Accepted> run(
      @PathVariable String org,
      @PathVariable String project,
      @PathVariable String id,
      @RequestBody(required = false) @Nullable PipelineRun run) {
    PipelineRun asked = run == null ? new PipelineRun(null, null, null, null, null, null) : run;
    return executions.accepted(
        executions.submit(stored.submission(new PipelineKey(org, project, id), asked)));
  }

  @GetMapping("/{id}/input-sets")
  List<StoredDocument> listInputSets(
      @PathVariable String org, @PathVariable String project, @PathVariable String id) {
    return store.listInputSets(new PipelineKey(org, project, id));
  }

  @GetMapping("/{id}/input-sets/{set}")
  StoredDocument showInputSet(
      @PathVariable String org,
      @PathVariable String project,
      @PathVariable String id,
      @PathVariable String set) {
    return stored.inputSet(new PipelineKey(org, project, id), set);
  }

  @PutMapping("/{id}/input-sets/{set}")
  StoredDocument putInputSet(
      @PathVariable String org,
      @PathVariable String project,
      @PathVariable String id,
      @PathVariable String set,
      @RequestBody String yaml) {
    PipelineKey key = new PipelineKey(org, project, id);
    Heading heading = Heading.read(yaml, "inputSet", org, project, set);
    if (!(heading.body().get("pipeline") instanceof YamlNode.Mapping)) {
      throw Heading.refused(
          "inputSet",
          List.of(
              new Problem(
                  Problem.Severity.ERROR,
                  "inputSet.pipeline",
                  heading.body().place().line(),
                  heading.body().place().column(),
                  "missing-field",
                  "the input set has no \"pipeline\" (expected: the pipeline's inputs below it)")));
    }
    stored.pipeline(key);
    store.putInputSet(key, set, heading.name(), yaml, clock.instant());
    return stored.inputSet(key, set);
  }

  @DeleteMapping("/{id}/input-sets/{set}")
  ResponseEntity<Void> deleteInputSet(
      @PathVariable String org,
      @PathVariable String project,
      @PathVariable String id,
      @PathVariable String set) {
    if (!store.deleteInputSet(new PipelineKey(org, project, id), set)) {
      throw new ProblemException(404, "Not found", "no input set \"%s\" of %s".formatted(set, id));
    }
    return ResponseEntity.noContent().build();
  }

  private static StoredDocument with(StoredDocument document, List<Problem> findings) {
    return new StoredDocument(
        document.org(),
        document.project(),
        document.identifier(),
        document.name(),
        document.yaml(),
        document.updatedAt(),
        findings);
  }
}
