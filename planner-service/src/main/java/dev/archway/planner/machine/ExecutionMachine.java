package dev.archway.planner.machine;

import dev.archway.contract.event.ImageEvent;
import dev.archway.contract.event.StageEvent;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.plan.IndexPlan;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.status.Status;
import dev.archway.planner.machine.ExecutionState.IndexState;
import dev.archway.planner.machine.ExecutionState.StageState;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides what happens next in an execution. Holds no state, reads no clock, calls nobody; the same
 * signal twice changes nothing the second time. Thread-safe.
 */
public final class ExecutionMachine {
  private final int maxAttempts;

  /**
   * @param maxAttempts how often a stage is tried when the platform lost it; 1 never tries again
   */
  public ExecutionMachine(int maxAttempts) {
    if (maxAttempts < 1) {
      throw new IllegalArgumentException(
          "stage attempts: %d (expected: 1 or more)".formatted(maxAttempts));
    }
    this.maxAttempts = maxAttempts;
  }

  /** The state of an execution that nothing has happened to yet. */
  public static ExecutionState initial(Request request) {
    Map<String, StageState> stages = new LinkedHashMap<>();
    for (StagePlan stage : request.plan().stages()) {
      stages.put(stage.id(), StageState.WAITING);
    }
    Map<String, IndexState> indexes = new LinkedHashMap<>();
    for (IndexPlan index : request.plan().indexes()) {
      indexes.put(index.id(), IndexState.WAITING);
    }
    return new ExecutionState(Status.QUEUED, 0, null, null, null, null, stages, indexes);
  }

  /**
   * The state in which a retry begins: what went well stays as it is, with its outputs and images,
   * and everything after the first thing that did not go well waits again. Logs stay with the
   * execution that wrote them.
   */
  public static ExecutionState resumed(Request request, ExecutionState ended) {
    ExecutionState fresh = initial(request);
    Map<String, StageState> stages = new LinkedHashMap<>(fresh.stages());
    Map<String, IndexState> indexes = new LinkedHashMap<>(fresh.indexes());
    Set<String> kept = new HashSet<>();
    boolean more;
    do {
      more = false;
      for (StagePlan plan : request.plan().stages()) {
        StageState before = ended.stages().get(plan.id());
        if (before != null
            && (before.status() == Status.SUCCESS || before.status() == Status.IGNORE_FAILED)
            && kept.containsAll(plan.after())
            && kept.add(plan.id())) {
          stages.put(plan.id(), before.withoutLogs());
          more = true;
        }
      }
      for (IndexPlan plan : request.plan().indexes()) {
        IndexState before = ended.indexes().get(plan.id());
        if (before != null
            && before.status() == Status.SUCCESS
            && kept.containsAll(plan.after())
            && kept.add(plan.id())) {
          indexes.put(plan.id(), before);
          more = true;
        }
      }
    } while (more);
    return new ExecutionState(Status.QUEUED, 0, null, null, null, null, stages, indexes);
  }

  /** What follows from {@code signal} for an execution that stands at {@code state}. */
  public Decision decide(Request request, ExecutionState state, Signal signal) {
    Turn turn = new Turn(request, state, signal.at(), maxAttempts);
    if (state.status().ended()) {
      return turn.decision();
    }
    switch (signal) {
      case Signal.Submitted _ -> turn.submitted();
      case Signal.AbortRequested abort -> turn.abort(abort.by());
      case Signal.DeadlinePassed _ -> turn.expire();
      case Signal.StageReported(StageEvent event) -> stageEvent(turn, event);
      case Signal.ImageReported(ImageEvent event) -> imageEvent(turn, event);
    }
    turn.advance();
    return turn.decision();
  }

  /** What follows from several signals, one after the other. */
  public Decision decide(Request request, ExecutionState state, List<Signal> signals) {
    Decision all = Decision.none(state);
    for (Signal signal : signals) {
      all = all.then(decide(request, all.state(), signal));
    }
    return all;
  }

  private static void stageEvent(Turn turn, StageEvent event) {
    if (!turn.concerns(event.key())) {
      return;
    }
    switch (event) {
      case StageEvent.StageStarted started -> turn.stageStarted(started);
      case StageEvent.StepStarted started -> turn.stepStarted(started);
      case StageEvent.StepFinished finished -> turn.stepFinished(finished);
      case StageEvent.StageFinished finished -> turn.stageReported(finished);
    }
  }

  private static void imageEvent(Turn turn, ImageEvent event) {
    switch (event) {
      case ImageEvent.ImagePushed _ -> {
        // registry-service's business; the planner learns of images with their step's end.
      }
      case ImageEvent.ImageVerified(StageKey key, _, _, _, var digest) -> {
        if (turn.concerns(key)) {
          turn.imageVerified(key.stage(), digest);
        }
      }
      case ImageEvent.ImageRejected(StageKey key, _, var step, _, _, var failure) -> {
        if (turn.concerns(key)) {
          turn.imageRejected(key.stage(), failure.at(step, failure.logTail()));
        }
      }
      case ImageEvent.IndexPublished published -> turn.indexPublished(published);
      case ImageEvent.IndexFailed failed -> turn.indexFailed(failed);
    }
  }
}
