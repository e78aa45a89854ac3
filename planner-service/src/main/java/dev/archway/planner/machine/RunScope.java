package dev.archway.planner.machine;

import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.CodeRef;
import dev.archway.contract.plan.CodebasePlan;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.status.Status;
import dev.archway.expression.Code;
import dev.archway.expression.Scope;
import dev.archway.planner.machine.ExecutionState.StageState;
import dev.archway.planner.machine.ExecutionState.StepState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What expressions read when a stage is about to start: the execution, its commit, and the stages
 * before. What is not there is nothing, as in Harness.
 */
final class RunScope implements Scope {
  private static final int SHORT = 7;
  private static final String HEADS = "refs/heads/";

  private final Request request;
  private final Map<String, StageState> stages;
  private final StagePlan stage;

  RunScope(Request request, Map<String, StageState> stages, StagePlan stage) {
    this.request = request;
    this.stages = stages;
    this.stage = stage;
  }

  /** Everything that the stage's own expressions need from here, by path. */
  Map<String, String> values() {
    Map<String, String> values = new LinkedHashMap<>();
    for (String need : stage.needs()) {
      Object value = value(List.of(need.split("\\.")));
      if (value instanceof Map<?, ?> map) {
        map.forEach((name, text) -> values.put(need + "." + name, Code.text(text)));
      } else if (value != null) {
        values.put(need, Code.text(value));
      }
    }
    return values;
  }

  @Override
  public Found find(List<String> path) {
    String planned = stage.values().get(String.join(".", path));
    return new Found.Known(planned != null ? planned : value(path));
  }

  private @Nullable Object value(List<String> path) {
    String joined = String.join(".", path);
    switch (joined) {
      case "pipeline.executionId" -> {
        return request.id().value();
      }
      case "pipeline.sequenceId" -> {
        return request.sequence();
      }
      case "pipeline.startTs" -> {
        return request.createdAt().toEpochMilli();
      }
      default -> {}
    }
    if (path.getFirst().equals("codebase")) {
      return codebase(joined);
    }
    int at = path.indexOf("stages");
    if (at < 0 && path.contains("steps")) {
      // Of the stage itself, once it has ended: for what is told about it afterwards.
      StageState own = stages.get(stage.id());
      return own == null
          ? null
          : step(own, path.subList(path.lastIndexOf("steps") + 1, path.size()));
    }
    if (at < 0 || path.size() < at + 3) {
      return null;
    }
    String id = path.get(at + 1);
    if (path.size() == at + 3) {
      return path.getLast().equals("status") ? status(id) : null;
    }
    StageState state = state(id);
    return state == null
        ? null
        : step(state, path.subList(path.lastIndexOf("steps") + 1, path.size()));
  }

  private static @Nullable Object step(StageState stage, List<String> path) {
    StepState step = path.isEmpty() ? null : stage.steps().get(path.getFirst());
    if (step == null || path.size() < 2) {
      return null;
    }
    return switch (path.get(1)) {
      case "status" -> word(step.status());
      case "output" ->
          path.size() == 3
              ? step.outputs()
              : step.outputs().get(String.join(".", path.subList(3, path.size())));
      default -> null;
    };
  }

  /**
   * The run of this id; of a stage that fans out, the run of the reader's platform, or the only
   * one.
   */
  private @Nullable StageState state(String id) {
    StageState exact = stages.get(id);
    if (exact != null) {
      return exact;
    }
    List<StagePlan> runs = runs(id);
    return runs.stream()
        .filter(run -> runs.size() == 1 || run.platform().equals(stage.platform()))
        .findFirst()
        .map(run -> stages.get(run.id()))
        .orElse(null);
  }

  private List<StagePlan> runs(String identifier) {
    return request.plan().stages().stream()
        .filter(plan -> plan.identifier().equals(identifier))
        .toList();
  }

  /** Of a run, or of all runs of a stage: the worst, so that success is everybody's. */
  private @Nullable String status(String id) {
    StageState exact = stages.get(id);
    if (exact != null) {
      return word(exact.status());
    }
    return runs(id).stream()
        .map(run -> stages.get(run.id()))
        .filter(java.util.Objects::nonNull)
        .map(StageState::status)
        .max(java.util.Comparator.comparingInt(RunScope::weight))
        .map(RunScope::word)
        .orElse(null);
  }

  private static int weight(Status status) {
    return switch (status) {
      case SKIPPED -> 0;
      case SUCCESS -> 1;
      case IGNORE_FAILED -> 2;
      case QUEUED -> 3;
      case RUNNING -> 4;
      case EXPIRED -> 5;
      case ABORTED -> 6;
      case FAILED -> 7;
    };
  }

  private @Nullable String codebase(String path) {
    Checkout checkout = request.checkout();
    CodebasePlan codebase = request.plan().codebase();
    if (checkout == null || codebase == null) {
      return null;
    }
    CodeRef ref = codebase.ref();
    return switch (path) {
      case "codebase.commitSha" -> checkout.commit();
      case "codebase.shortCommitSha" -> checkout.commit().substring(0, SHORT);
      case "codebase.commitRef" -> checkout.refName();
      case "codebase.repoUrl" -> checkout.url();
      case "codebase.branch" ->
          ref instanceof CodeRef.Branch(String branch) ? branch : target(checkout);
      case "codebase.tag" -> ref instanceof CodeRef.Tag(String tag) ? tag : null;
      case "codebase.prNumber" -> ref.pullRequest();
      case "codebase.build.type" ->
          switch (ref) {
            case CodeRef.Branch _ -> "branch";
            case CodeRef.Tag _ -> "tag";
            case CodeRef.PullRequest _, CodeRef.MergedPullRequest _ -> "PR";
            case CodeRef.CommitSha _ -> "commitSha";
          };
      default -> null;
    };
  }

  /** The branch that a pull request is merged into, where that is known by its name. */
  private static @Nullable String target(Checkout checkout) {
    Checkout.Target into = checkout.into();
    return into != null && into.refName().startsWith(HEADS)
        ? into.refName().substring(HEADS.length())
        : null;
  }

  /** Harness's word for a status in an expression. */
  private static String word(Status status) {
    return status == Status.SUCCESS ? "SUCCEEDED" : status.name();
  }
}
