package dev.archway.planner.machine;

import dev.archway.contract.command.PublishIndex;
import dev.archway.contract.command.StageCommand;
import dev.archway.contract.event.ExecutionEvent;
import dev.archway.contract.event.ImageEvent;
import dev.archway.contract.event.StageEvent;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.PushedImage;
import dev.archway.contract.plan.ExecutionPlan.Publisher;
import dev.archway.contract.plan.IndexPlan;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.status.Status;
import dev.archway.expression.ExpressionException;
import dev.archway.planner.machine.ExecutionState.IndexState;
import dev.archway.planner.machine.ExecutionState.StageState;
import dev.archway.planner.machine.ExecutionState.StepState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One decision in the making: a working copy of the state, and what is to be told. Lives for one
 * call.
 */
final class Turn {
  private final Request request;
  private final ExecutionId id;
  private final Instant now;
  private final int maxAttempts;
  private final Map<String, StageState> stages;
  private final Map<String, IndexState> indexes;
  private final Map<String, Publisher> publishers;
  private final List<StageCommand> stageCommands = new ArrayList<>();
  private final List<PublishIndex> imageCommands = new ArrayList<>();
  private final List<ExecutionEvent> events = new ArrayList<>();
  private final long sequence;
  private Status status;
  private @Nullable Instant startedAt;
  private @Nullable Instant endedAt;
  private @Nullable String stoppedBy;
  private @Nullable Failure failure;

  Turn(Request request, ExecutionState state, Instant now, int maxAttempts) {
    this.request = request;
    this.id = request.id();
    this.now = now;
    this.maxAttempts = maxAttempts;
    this.stages = new LinkedHashMap<>(state.stages());
    this.indexes = new LinkedHashMap<>(state.indexes());
    this.publishers = indexes.isEmpty() ? Map.of() : request.plan().publishers();
    this.sequence = state.sequence();
    this.status = state.status();
    this.startedAt = state.startedAt();
    this.endedAt = state.endedAt();
    this.stoppedBy = state.stoppedBy();
    this.failure = state.failure();
  }

  Decision decision() {
    ExecutionState next =
        new ExecutionState(
            status,
            sequence + events.size(),
            startedAt,
            endedAt,
            stoppedBy,
            failure,
            stages,
            indexes);
    return new Decision(next, stageCommands, imageCommands, events);
  }

  /** True for a report of a stage's newest attempt that has not ended; all others are old news. */
  boolean concerns(StageKey key) {
    StageState stage = stages.get(key.stage());
    return stage != null && stage.attempt() == key.attempt() && !stage.status().ended();
  }

  void submitted() {
    if (events.isEmpty() && sequence == 0) {
      var plan = request.plan();
      events.add(
          new ExecutionEvent.ExecutionQueued(id, now, plan.org(), plan.project(), plan.pipeline()));
    }
  }

  void abort(String by) {
    if (stoppedBy == null) {
      stop(by, Failure.of(FailureReason.STOPPED, "stopped by " + by));
    }
  }

  /** The pipeline's time is up. */
  void expire() {
    Duration timeout = request.plan().timeout();
    if (stoppedBy == null && timeout != null) {
      failure =
          Failure.of(
              FailureReason.TIMED_OUT,
              "the execution took longer than its pipeline's timeout of %s; raise the pipeline's timeout"
                  .formatted(timeout.toString().substring("PT".length()).toLowerCase(Locale.ROOT)));
      stop("the pipeline's timeout", failure);
    }
  }

  private void stop(String by, Failure stopped) {
    stoppedBy = by;
    for (StagePlan plan : request.plan().stages()) {
      StageState stage = stage(plan.id());
      if (stage.status().ended()) {
        continue;
      }
      if (stage.attempt() == 0) {
        endStage(plan.id(), Status.ABORTED, stopped);
      } else if (stage.reported() == null) {
        stageCommands.add(
            new StageCommand.StopStage(new StageKey(id, plan.id(), stage.attempt()), by));
      }
    }
    for (IndexPlan plan : request.plan().indexes()) {
      if (index(plan.id()).status() == Status.QUEUED) {
        endIndex(plan.id(), index(plan.id()).withStatus(Status.SKIPPED, stopped));
      }
    }
  }

  void stageStarted(StageEvent.StageStarted event) {
    String stage = event.key().stage();
    StageState before = stage(stage);
    if (before.status() == Status.RUNNING) {
      return;
    }
    stages.put(
        stage,
        new StageState(
            Status.RUNNING,
            before.attempt(),
            event.at(),
            null,
            event.runtime(),
            event.emulated(),
            event.ignored(),
            before.reported(),
            before.failure(),
            before.steps(),
            before.verified()));
    if (status == Status.QUEUED) {
      status = Status.RUNNING;
      startedAt = event.at();
    }
    tellStage(stage);
  }

  void stepStarted(StageEvent.StepStarted event) {
    String stage = event.key().stage();
    if (!stage(stage).steps().containsKey(event.step())) {
      putStep(
          stage,
          event.step(),
          new StepState(
              Status.RUNNING, event.at(), null, null, null, List.of(), 0, Map.of(), 0, null));
      for (StepPlan step : request.stage(stage).steps()) {
        if (step instanceof StepPlan.PublishIndex asks && asks.id().equals(event.step())) {
          ask(asks.index());
        }
      }
    }
  }

  /** A step asks for its index: the first time it is published, later the same answer is given. */
  private void ask(String index) {
    if (index(index).status() == Status.QUEUED) {
      request.plan().indexes().stream()
          .filter(plan -> plan.id().equals(index))
          .forEach(this::publish);
    } else if (index(index).status().ended()) {
      answer(index);
    }
  }

  /** Ends the step that waits for an index, if one does. */
  private void answer(String index) {
    Publisher by = publishers.get(index);
    StageState stage = by == null ? null : stage(by.stage().id());
    if (by == null || stage == null || stage.status().ended()) {
      return;
    }
    StepState step = stage.steps().get(by.step().id());
    if (step == null || step.status() != Status.RUNNING) {
      return;
    }
    IndexState state = index(index);
    Map<String, String> outputs = new LinkedHashMap<>();
    for (IndexPlan plan : request.plan().indexes()) {
      if (plan.id().equals(index) && state.digest() != null) {
        outputs.put(StepPlan.PublishIndex.DIGEST, state.digest().toString());
        outputs.put(StepPlan.PublishIndex.IMAGE, plan.repository().pinned(state.digest()));
      }
    }
    stageCommands.add(
        new StageCommand.EndStep(
            new StageKey(id, by.stage().id(), stage.attempt()),
            by.step().id(),
            state.failure(),
            outputs));
  }

  void stepFinished(StageEvent.StepFinished event) {
    StepState before = stage(event.key().stage()).steps().get(event.step());
    if (before != null && before.status().ended()) {
      return;
    }
    Instant started = before == null ? null : before.startedAt();
    putStep(
        event.key().stage(),
        event.step(),
        new StepState(
            event.status(),
            started,
            event.at(),
            event.exitCode(),
            event.failure(),
            event.images(),
            event.logLines(),
            event.outputs(),
            event.retries(),
            event.tests()));
  }

  void stageReported(StageEvent.StageFinished event) {
    String stage = event.key().stage();
    StageState before = stage(stage);
    if (before.reported() != null) {
      return;
    }
    Failure why = event.failure();
    if (why != null && why.retryable() && stoppedBy == null && before.attempt() < maxAttempts) {
      dispatch(request.stage(stage), before.attempt() + 1);
      return;
    }
    stages.put(
        stage,
        before.withReport(event.status(), before.failure() == null ? why : before.failure()));
    settle(stage);
  }

  void imageVerified(String stage, Digest digest) {
    Set<Digest> verified = new HashSet<>(stage(stage).verified());
    if (verified.add(digest)) {
      stages.put(stage, stage(stage).withVerified(verified));
      settle(stage);
    }
  }

  void imageRejected(String stage, Failure why) {
    StageState before = stage(stage);
    stages.put(stage, before.withStatus(before.status(), before.endedAt(), why));
    settle(stage);
  }

  void indexPublished(ImageEvent.IndexPublished event) {
    IndexState before = indexes.get(event.index());
    if (before != null && before.status() == Status.RUNNING) {
      endIndex(
          event.index(),
          new IndexState(Status.SUCCESS, event.digest(), event.platforms(), event.missing(), null));
    }
  }

  void indexFailed(ImageEvent.IndexFailed event) {
    IndexState before = indexes.get(event.index());
    if (before != null && before.status() == Status.RUNNING) {
      endIndex(event.index(), before.withStatus(Status.FAILED, event.failure()));
    }
  }

  /**
   * Starts what may start, gives up what never can, and ends the execution when nothing is left.
   */
  void advance() {
    Gate gate = new Gate(request, stages, indexes);
    boolean moved;
    do {
      moved = false;
      for (StagePlan plan : request.plan().stages()) {
        StageState stage = stage(plan.id());
        if (stage.status() != Status.QUEUED || stage.attempt() > 0) {
          continue;
        }
        switch (gate.verdict(plan)) {
          case Gate.Verdict.Wait _ -> {}
          case Gate.Verdict.Start _ -> dispatch(plan, 1);
          case Gate.Verdict.Skip _ -> {
            endStage(plan.id(), Status.SKIPPED, null);
            moved = true;
          }
          case Gate.Verdict.Fail(String why) -> {
            endStage(plan.id(), Status.FAILED, Failure.of(FailureReason.INVALID_SPEC, why));
            moved = true;
          }
        }
      }
      for (IndexPlan plan : request.plan().indexes()) {
        if (index(plan.id()).status() != Status.QUEUED) {
          continue;
        }
        Publisher by = publishers.get(plan.id());
        if (by != null && ended(by.stage().id())) {
          // Its step did not run.
          endIndex(plan.id(), index(plan.id()).withStatus(Status.SKIPPED, null));
          moved = true;
        } else if (by == null && plan.after().stream().allMatch(this::ended)) {
          publish(plan);
          moved = true;
        }
      }
    } while (moved);
    if (stages.keySet().stream().allMatch(this::ended)
        && indexes.keySet().stream().allMatch(this::ended)) {
      finish();
    }
  }

  private void dispatch(StagePlan plan, int attempt) {
    stages.put(plan.id(), StageState.dispatched(attempt));
    stageCommands.add(
        new StageCommand.RunStage(
            new StageKey(id, plan.id(), attempt),
            plan,
            request.checkout(),
            StageEnvironment.of(request, plan),
            new RunScope(request, stages, plan).values(),
            request.plan().path(),
            null));
    tellStage(plan.id());
  }

  /**
   * Ends a stage whose executor has reported, once every image it pushed is known to be at the
   * registry.
   */
  private void settle(String id) {
    StageState stage = stage(id);
    Status reported = stage.reported();
    if (reported == null) {
      return;
    }
    if (reported != Status.SUCCESS) {
      endStage(id, reported, stage.failure());
      if (reported == Status.ABORTED && stoppedBy == null) {
        abort("a failure strategy of stage " + id);
      }
    } else if (stage.failure() != null) {
      endStage(id, Status.FAILED, stage.failure());
    } else if (stage.images().stream()
        .allMatch(image -> stage.verified().contains(image.digest()))) {
      endStage(id, Status.SUCCESS, null);
    }
  }

  private void publish(IndexPlan written) {
    IndexPlan plan;
    try {
      plan = new IndexTags(request, stages).filled(written);
    } catch (ExpressionException e) {
      Failure why = Failure.of(FailureReason.INVALID_SPEC, String.valueOf(e.getMessage()));
      endIndex(written.id(), index(written.id()).withStatus(Status.SKIPPED, why));
      return;
    }
    List<PublishIndex.Part> parts = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (IndexPlan.Part part : plan.parts()) {
      pushed(plan, part)
          .ifPresentOrElse(
              image ->
                  parts.add(
                      new PublishIndex.Part(
                          part.tag(),
                          part.platform() == null ? image.platform() : part.platform(),
                          image.digest())),
              () -> missing.add(part.tag()));
    }
    if (parts.isEmpty() || (!missing.isEmpty() && !plan.allowPartial())) {
      Failure why =
          Failure.of(
              FailureReason.INDEX_INCOMPLETE,
              "cannot publish %s: %s not pushed (expected: all parts; allowPartial: true publishes without them)"
                  .formatted(plan.repository().tagged(plan.tags().getFirst()), missing));
      // A stage's failure may be ignored; that no image came of it may not.
      boolean failed =
          publishers.containsKey(plan.id())
              || plan.after().stream()
                  .map(stages::get)
                  .anyMatch(stage -> stage != null && stage.status() == Status.IGNORE_FAILED);
      endIndex(
          plan.id(), index(plan.id()).withStatus(failed ? Status.FAILED : Status.SKIPPED, why));
      return;
    }
    indexes.put(plan.id(), index(plan.id()).withStatus(Status.RUNNING, null));
    imageCommands.add(
        new PublishIndex(
            id, plan.id(), plan.registry(), plan.repository(), plan.tags(), parts, missing));
    tellIndex(plan.id());
  }

  /** The images of a stage that succeeded, or of the one whose step asks for them. */
  private Stream<PushedImage> pushedBy(String stage, IndexPlan plan) {
    Publisher by = publishers.get(plan.id());
    boolean own = by != null && by.stage().id().equals(stage);
    return own || stage(stage).status() == Status.SUCCESS
        ? stage(stage).images().stream()
        : Stream.empty();
  }

  private java.util.Optional<PushedImage> pushed(IndexPlan plan, IndexPlan.Part part) {
    return plan.after().stream()
        .flatMap(stage -> pushedBy(stage, plan))
        .filter(image ->
            image.repository().equals(plan.repository()) && image.tags().contains(part.tag()))
        .findFirst();
  }

  private void finish() {
    // Whether an index that a step asks for decides anything, its step's failure strategies say.
    Map<String, IndexState> decisive = new LinkedHashMap<>(indexes);
    decisive.keySet().removeAll(publishers.keySet());
    Outcome outcome = Outcome.of(stages, decisive, stoppedBy != null);
    boolean expired = failure != null && outcome.status() != Status.SUCCESS;
    status = expired ? Status.EXPIRED : outcome.status();
    failure = expired ? failure : outcome.failure();
    endedAt = now;
    events.add(new ExecutionEvent.ExecutionFinished(id, now, status, failure, outcome.logs()));
  }

  private void endStage(String stage, Status outcome, @Nullable Failure why) {
    stages.put(stage, stage(stage).withStatus(outcome, now, why));
    tellStage(stage);
  }

  private void endIndex(String index, IndexState state) {
    indexes.put(index, state);
    tellIndex(index);
    answer(index);
  }

  private void putStep(String stage, String step, StepState state) {
    Map<String, StepState> steps = new LinkedHashMap<>(stage(stage).steps());
    steps.put(step, state);
    stages.put(stage, stage(stage).withSteps(steps));
    events.add(
        new ExecutionEvent.StepChanged(
            id, now, stage, stage(stage).attempt(), step, state.status()));
  }

  private void tellStage(String stage) {
    StageState state = stage(stage);
    events.add(
        new ExecutionEvent.StageChanged(
            id, now, stage, state.attempt(), state.status(), state.failure()));
  }

  private void tellIndex(String index) {
    IndexState state = index(index);
    events.add(new ExecutionEvent.IndexChanged(id, now, index, state.status(), state.failure()));
  }

  private boolean ended(String node) {
    StageState stage = stages.get(node);
    return (stage == null ? index(node).status() : stage.status()).ended();
  }

  private StageState stage(String stage) {
    return Objects.requireNonNull(stages.get(stage), stage);
  }

  private IndexState index(String index) {
    return Objects.requireNonNull(indexes.get(index), index);
  }
}
