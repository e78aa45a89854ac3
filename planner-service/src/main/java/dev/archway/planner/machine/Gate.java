package dev.archway.planner.machine;

import dev.archway.contract.plan.IndexPlan;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.When;
import dev.archway.contract.status.Status;
import dev.archway.expression.Code;
import dev.archway.expression.ExpressionException;
import dev.archway.expression.Scope;
import dev.archway.expression.Template;
import dev.archway.planner.machine.ExecutionState.IndexState;
import dev.archway.planner.machine.ExecutionState.StageState;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Decides whether a stage that waits may start. Looks at the state as it is at each question. */
final class Gate {
  private final Request request;
  private final Map<String, StageState> stages;
  private final Map<String, IndexState> indexes;
  private final Map<String, List<String>> after = new HashMap<>();

  Gate(Request request, Map<String, StageState> stages, Map<String, IndexState> indexes) {
    this.request = request;
    this.stages = stages;
    this.indexes = indexes;
    for (StagePlan plan : request.plan().stages()) {
      after.put(plan.id(), plan.after());
    }
    for (IndexPlan plan : request.plan().indexes()) {
      after.put(plan.id(), plan.after());
    }
  }

  /** What happens with a stage. */
  sealed interface Verdict {
    /** Not yet. */
    record Wait() implements Verdict {}

    /** It starts. */
    record Start() implements Verdict {}

    /** It never starts. */
    record Skip() implements Verdict {}

    /** Nobody can tell whether it should start. */
    record Fail(String why) implements Verdict {}
  }

  Verdict verdict(StagePlan plan) {
    boolean failed = failedBefore(plan);
    When when = plan.when();
    if (failed && when.before() == When.Before.SUCCESS) {
      return new Verdict.Skip();
    }
    if (!plan.after().stream().allMatch(this::ended)) {
      return new Verdict.Wait();
    }
    if (!failed && when.before() == When.Before.FAILURE) {
      return new Verdict.Skip();
    }
    try {
      if (!holds(plan)) {
        return new Verdict.Skip();
      }
    } catch (ExpressionException e) {
      return new Verdict.Fail(String.valueOf(e.getMessage()));
    }
    return full(plan) ? new Verdict.Wait() : new Verdict.Start();
  }

  private boolean holds(StagePlan plan) throws ExpressionException {
    String condition = plan.when().condition();
    return condition == null
        || (Template.condition(condition).in(new RunScope(request, stages, plan))
                instanceof Scope.Found.Known(var value)
            && Code.truth(value));
  }

  private boolean full(StagePlan plan) {
    StagePlan.Limit limit = plan.limit();
    if (limit == null) {
      return false;
    }
    long active =
        request.plan().stages().stream()
            .filter(other -> other.limit() != null && limit.group().equals(other.limit().group()))
            .map(other -> stages.get(other.id()))
            .filter(state -> state != null && state.attempt() > 0 && !state.status().ended())
            .count();
    return active >= limit.most();
  }

  /** True when anything before it failed, however far back. */
  private boolean failedBefore(StagePlan plan) {
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(plan.after());
    while (!open.isEmpty()) {
      String node = open.pop();
      if (!seen.add(node)) {
        continue;
      }
      if (failed(node)) {
        return true;
      }
      open.addAll(after.getOrDefault(node, List.of()));
    }
    return false;
  }

  private boolean failed(String node) {
    IndexState index = indexes.get(node);
    if (index != null && index.status() == Status.SKIPPED && index.failure() != null) {
      return true;
    }
    return switch (status(node)) {
      case FAILED, EXPIRED, ABORTED -> true;
      case QUEUED, RUNNING, SUCCESS, SKIPPED, IGNORE_FAILED -> false;
    };
  }

  private boolean ended(String node) {
    return status(node).ended();
  }

  private Status status(String node) {
    StageState stage = stages.get(node);
    IndexState index = indexes.get(node);
    return stage != null ? stage.status() : index == null ? Status.QUEUED : index.status();
  }
}
