package dev.archway.planner.api;

import dev.archway.contract.api.Accepted;
import dev.archway.contract.api.DryRun;
import dev.archway.contract.api.ExecutionSummary;
import dev.archway.contract.api.ExecutionView;
import dev.archway.contract.api.Submission;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.status.Status;
import dev.archway.planner.machine.ExecutionMachine;
import dev.archway.planner.machine.ExecutionState;
import dev.archway.planner.machine.Request;
import dev.archway.planner.machine.Signal;
import dev.archway.planner.store.ExecutionFilter;
import dev.archway.planner.store.ExecutionStore;
import dev.archway.planner.store.ProjectFilter;
import dev.archway.planner.submission.Executions;
import dev.archway.planner.submission.Submissions;
import dev.archway.web.ProblemException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Submits, shows and stops executions, and checks pipelines without running them. */
@RestController
@RequestMapping("/api/v1")
public final class ExecutionController {
  private static final int MOST = 200;

  private final Submissions submissions;
  private final Executions executions;
  private final ExecutionMachine machine;
  private final ExecutionStore store;
  private final Clock clock;

  public ExecutionController(
      Submissions submissions,
      Executions executions,
      ExecutionMachine machine,
      ExecutionStore store,
      Clock clock) {
    this.submissions = submissions;
    this.executions = executions;
    this.machine = machine;
    this.store = store;
    this.clock = clock;
  }

  @PostMapping(path = "/executions", consumes = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<Accepted> submit(
      @RequestBody Submission submission,
      @RequestParam(required = false) @Nullable String org,
      @RequestParam(required = false) @Nullable String project) {
    Request request = submissions.prepare(submission, clock.instant());
    new ProjectFilter(org, project).require(request.plan());
    return executions.accepted(executions.create(request));
  }

  @PostMapping(
      path = "/executions",
      consumes = {
        "application/yaml",
        "application/x-yaml",
        "text/yaml",
        MediaType.TEXT_PLAIN_VALUE
      })
  ResponseEntity<Accepted> submitYaml(
      @RequestBody String yaml,
      @RequestParam(required = false) @Nullable String org,
      @RequestParam(required = false) @Nullable String project) {
    return submit(new Submission(yaml, null, null, null), org, project);
  }

  @PostMapping(path = "/pipelines/validate", consumes = MediaType.APPLICATION_JSON_VALUE)
  DryRun validate(
      @RequestBody Submission submission,
      @RequestParam(required = false) @Nullable String org,
      @RequestParam(required = false) @Nullable String project) {
    Submissions.Checked checked = submissions.check(submission);
    new ProjectFilter(org, project).require(checked.plan());
    return new DryRun(
        checked.plan(), checked.warnings(), checked.merged(), PlannedRuns.of(checked.plan()));
  }

  @PostMapping(
      path = "/pipelines/validate",
      consumes = {
        "application/yaml",
        "application/x-yaml",
        "text/yaml",
        MediaType.TEXT_PLAIN_VALUE
      })
  DryRun validateYaml(
      @RequestBody String yaml,
      @RequestParam(required = false) @Nullable String org,
      @RequestParam(required = false) @Nullable String project) {
    return validate(new Submission(yaml, null, null, null), org, project);
  }

  @GetMapping("/executions")
  List<ExecutionSummary> list(
      @RequestParam(required = false) @Nullable Status status,
      @RequestParam(required = false) @Nullable String pipeline,
      @RequestParam(required = false) @Nullable String branch,
      @RequestParam(required = false) @Nullable String trigger,
      @RequestParam(required = false) @Nullable Instant before,
      @RequestParam(required = false) @Nullable String org,
      @RequestParam(required = false) @Nullable String project,
      @RequestParam(defaultValue = "50") int limit) {
    if (limit < 1 || limit > MOST) {
      throw new ProblemException(
          400, "Bad request", "limit: %d (expected: 1 to %d)".formatted(limit, MOST), List.of());
    }
    return store.list(
        new ExecutionFilter(
            status, pipeline, branch, trigger, before, new ProjectFilter(org, project)),
        limit);
  }

  @GetMapping("/executions/{id}")
  ExecutionView show(@PathVariable String id) {
    ExecutionId execution = parse(id);
    return store
        .find(execution)
        .map(stored -> ExecutionViews.of(stored, store.ahead(execution)))
        .orElseThrow(() -> unknown(id));
  }

  @PostMapping("/executions/{id}/retry")
  ResponseEntity<Accepted> retry(@PathVariable String id) {
    return executions.accepted(executions.retry(parse(id)));
  }

  @PostMapping("/executions/{id}/abort")
  ResponseEntity<ExecutionView> abort(
      @PathVariable String id,
      @RequestHeader(name = "Archway-Caller", defaultValue = "a user of the API") String caller) {
    ExecutionId execution = parse(id);
    ExecutionState before = store.find(execution).orElseThrow(() -> unknown(id)).state();
    if (before.status().ended()) {
      throw new ProblemException(
          409,
          "Already ended",
          "cannot abort execution %s: it has ended as %s (expected: Queued or Running)"
              .formatted(id, before.status().word()),
          List.of());
    }
    Signal abort = new Signal.AbortRequested(clock.instant(), caller);
    store.change(execution, (request, state) -> machine.decide(request, state, abort));
    return ResponseEntity.accepted().body(show(id));
  }

  static ExecutionId parse(String id) {
    try {
      return ExecutionId.of(id);
    } catch (IllegalArgumentException e) {
      throw unknown(id);
    }
  }

  static ProblemException unknown(String id) {
    return new ProblemException(
        404,
        "Not found",
        "no execution \"%s\" (expected: an id that a submission returned; GET /api/v1/executions lists them)"
            .formatted(id),
        List.of());
  }
}
