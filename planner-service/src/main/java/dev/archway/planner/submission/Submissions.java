package dev.archway.planner.submission;

import dev.archway.contract.api.Submission;
import dev.archway.contract.failure.Problem;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.CodebasePlan;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.contract.plan.StagePlan;
import dev.archway.observability.TraceParent;
import dev.archway.pipeline.Compilation;
import dev.archway.pipeline.Connectors;
import dev.archway.pipeline.PipelineCompiler;
import dev.archway.pipeline.PipelineSource;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import dev.archway.pipeline.yaml.YamlWriter;
import dev.archway.planner.machine.Origin;
import dev.archway.planner.machine.Request;
import dev.archway.web.ProblemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Turns a submission into a request that can start, or into one problem document with every
 * finding. Thread-safe.
 */
public final class Submissions {
  private final Connectors connectors;
  private final CommitResolver commits;
  private final Predicate<Platform> served;
  private final ExecutionIds ids = new ExecutionIds();

  Submissions(Connectors connectors, CommitResolver commits, Predicate<Platform> served) {
    this.connectors = connectors;
    this.commits = commits;
    this.served = served;
  }

  /** A pipeline that can start, and the commit it would build. */
  public record Checked(
      ExecutionPlan plan, @Nullable Checkout checkout, List<Problem> warnings, String merged) {}

  /**
   * Checks everything that can be checked before a run.
   *
   * @throws ProblemException 422 with all findings
   */
  public Checked check(Submission submission) {
    return check(submission, null);
  }

  private Checked check(Submission submission, @Nullable Start start) {
    PipelineSource source =
        new PipelineSource(
            submission.pipelineYaml(),
            submission.inputs() == null ? Map.of() : submission.inputs(),
            submission.inputSets() == null ? List.of() : submission.inputSets(),
            submission.templates() == null ? List.of() : submission.templates(),
            submission.stages() == null ? List.of() : submission.stages(),
            submission.branch(),
            start == null ? null : start.event());
    return switch (PipelineCompiler.compile(source, connectors)) {
      case Compilation.Refused(List<Problem> problems) -> throw refused(problems);
      case Compilation.Compiled(ExecutionPlan plan, List<Problem> warnings, YamlNode merged) ->
          complete(plan, warnings, merged, start);
    };
  }

  /**
   * Checks a submission and gives it an id.
   *
   * @throws ProblemException 422 with all findings
   */
  public Request prepare(Submission submission, Instant now) {
    Checked checked = check(submission);
    return new Request(
        ids.next(now),
        now,
        submission.pipelineYaml(),
        checked.plan(),
        checked.checkout(),
        checked.warnings(),
        0,
        null,
        TraceParent.current());
  }

  /**
   * Checks what an event starts. The same start has the same id, whoever prepares it and when.
   *
   * @throws ProblemException 422 with all findings
   */
  public Request prepare(Submission submission, Start start, Instant now) {
    Checked checked = check(submission, start);
    return new Request(
        id(start),
        now,
        submission.pipelineYaml(),
        checked.plan(),
        checked.checkout(),
        checked.warnings(),
        0,
        start.origin(),
        TraceParent.current());
  }

  /** The id of what {@code start} starts. */
  public ExecutionId id(Start start) {
    return ids.derived(start.receivedAt(), start.identity());
  }

  /** Another try of an execution that has ended: the same work, under an id of its own. */
  public Request again(Request ended, Instant now) {
    Origin before = ended.origin();
    return new Request(
        ids.next(now),
        now,
        ended.yaml(),
        ended.plan(),
        ended.checkout(),
        ended.warnings(),
        0,
        new Origin(
            before == null ? null : before.trigger(),
            before == null ? null : before.line(),
            before == null ? null : before.commit(),
            ended.id()),
        TraceParent.current());
  }

  /** What is wrong with a pipeline whatever its inputs; nothing is asked of anybody outside. */
  public List<Problem> findings(String yaml) {
    PipelineSource source = new PipelineSource(yaml, Map.of(), List.of(), null);
    List<Problem> found =
        switch (PipelineCompiler.compile(source, connectors)) {
          case Compilation.Refused(List<Problem> problems) -> problems;
          case Compilation.Compiled(_, List<Problem> warnings, _) -> warnings;
        };
    return found.stream()
        .filter(problem -> !problem.code().equals(ProblemCode.UNRESOLVED_INPUT.code()))
        .toList();
  }

  private Checked complete(
      ExecutionPlan plan, List<Problem> warnings, YamlNode merged, @Nullable Start start) {
    List<Problem> problems = new ArrayList<>();
    Set<String> unserved = new TreeSet<>();
    for (StagePlan stage : plan.stages()) {
      if (!served.test(stage.platform()) && unserved.add(stage.platform().toString())) {
        problems.add(
            error(
                "pipeline.stages." + stage.identifier(),
                "no-executor",
                "no executor serves %s (expected: a running executor of that platform); start one or build another platform"
                    .formatted(stage.platform())));
      }
    }
    if (start != null && start.event().foreign()) {
      problems.addAll(ForeignCode.problems(plan));
    }
    Commits resolved = new Commits(commits, problems);
    CodebasePlan codebase = plan.codebase();
    Checkout checkout =
        codebase == null
            ? null
            : resolved.of(
                codebase, start == null ? null : start.pin(), "pipeline.properties.ci.codebase");
    ExecutionPlan complete = resolved.fillIn(plan);
    if (!problems.isEmpty()) {
      problems.addAll(warnings);
      throw refused(problems);
    }
    return new Checked(complete, checkout, warnings, YamlWriter.write("pipeline", merged));
  }

  private static Problem error(String path, String code, String message) {
    return new Problem(Problem.Severity.ERROR, path, 0, 0, code, message);
  }

  private static ProblemException refused(List<Problem> problems) {
    long errors =
        problems.stream().filter(problem -> problem.severity() == Problem.Severity.ERROR).count();
    return new ProblemException(
        422,
        "The pipeline cannot run",
        "%d %s in the pipeline; nothing was started"
            .formatted(errors, errors == 1 ? "error" : "errors"),
        problems);
  }
}
