package dev.archway.executor.stage;

import dev.archway.contract.connector.Connector.DockerRegistry;
import dev.archway.contract.event.ImageEvent.ImagePushed;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.event.StageEvent.StageStarted;
import dev.archway.contract.event.StageEvent.StepFinished;
import dev.archway.contract.event.StageEvent.StepStarted;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.PushedImage;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.status.Status;
import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StageSession;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.runtime.StartFailure;
import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StepSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Takes one attempt of a stage through its steps, from wherever a predecessor left it: what was
 * reported is reported again as it was, the running step is joined, the rest follows. The first
 * step that does not succeed skips those after it.
 */
final class StepLoop {
  private static final int ENGINE_TRIES = 5;

  private final StageSpec spec;
  private final StageDirectory directory;
  private final StageSession session;
  private final Outgoing outgoing;
  private final Clock clock;

  StepLoop(
      StageSpec spec,
      StageDirectory directory,
      StageSession session,
      Outgoing outgoing,
      Clock clock) {
    this.spec = spec;
    this.directory = directory;
    this.session = session;
    this.outgoing = outgoing;
    this.clock = clock;
  }

  /** Runs to the stage's end; returns once everything of it has been told. */
  StageFinished run() throws InterruptedException {
    StageStarted started =
        directory.event(
            "stage-started",
            StageStarted.class,
            () ->
                new StageStarted(
                    key(),
                    clock.instant(),
                    session.runtime(),
                    session.emulated(),
                    session.ignored()));
    outgoing.event(started, () -> {});
    Instant deadline = started.at().plus(spec.stage().timeout());
    Status status = Status.SUCCESS;
    Failure failure = null;
    for (StepPlan step : spec.stage().steps()) {
      StepFinished finished = step(step, deadline, status != Status.SUCCESS);
      if (status == Status.SUCCESS && finished.status() != Status.SUCCESS) {
        status = finished.status();
        failure = finished.failure();
      }
    }
    return finish(status, failure);
  }

  private StageFinished finish(Status status, @org.jspecify.annotations.Nullable Failure failure)
      throws InterruptedException {
    StageFinished finished =
        directory.event(
            "stage-finished",
            StageFinished.class,
            () -> new StageFinished(key(), clock.instant(), status, failure));
    outgoing.event(finished, directory::done);
    outgoing.flush();
    return finished;
  }

  private StepFinished step(StepPlan step, Instant stageDeadline, boolean skip)
      throws InterruptedException {
    String event = step.id() + ".finished";
    StepFinished before = directory.event(event, StepFinished.class).orElse(null);
    if (before == null && skip) {
      StepFinished skipped = finished(step, Outcome.SKIPPED, 0);
      tell(step, skipped);
      return skipped;
    }
    if (before != null && before.status() == Status.SKIPPED) {
      tell(step, before);
      return before;
    }
    StepStarted started =
        directory.event(
            step.id() + ".started",
            StepStarted.class,
            () -> new StepStarted(key(), clock.instant(), step.id()));
    outgoing.event(started, () -> {});
    StepLog log = new StepLog(step.id(), outgoing);
    StepFinished finished;
    if (before == null) {
      StepResult result = result(spec(step, started.at(), stageDeadline), log);
      // A second try reads the log again from its start, under the same numbers.
      StepLog read = lastLog == null ? log : lastLog;
      finished =
          finished(
              step,
              Outcome.of(result, step.id(), read.tail(), directory.stopped().orElse(null)),
              read.count());
    } else {
      finished = before;
      if (before.logLines() > 0 && !directory.isSaid(step.id())) {
        var _ = result(spec(step, started.at(), stageDeadline), log);
      }
    }
    outgoing.end(step.id(), finished.logLines());
    tell(step, finished);
    return finished;
  }

  private @org.jspecify.annotations.Nullable StepLog lastLog;

  private StepFinished finished(StepPlan step, Outcome outcome, long lines) {
    return directory.event(
        step.id() + ".finished",
        StepFinished.class,
        () ->
            new StepFinished(
                key(),
                clock.instant(),
                step.id(),
                outcome.status(),
                outcome.exitCode(),
                outcome.failure(),
                outcome.images(),
                lines));
  }

  private void tell(StepPlan step, StepFinished finished) throws InterruptedException {
    if (step instanceof StepPlan.BuildAndPush build) {
      DockerRegistry registry = build.registry();
      for (PushedImage image : finished.images()) {
        outgoing.image(new ImagePushed(key(), finished.at(), step.id(), registry, image));
      }
    }
    outgoing.event(finished, () -> directory.said(step.id()));
  }

  private static StepSpec spec(StepPlan step, Instant start, Instant stageDeadline) {
    Instant own = start.plus(step.timeout());
    return own.isBefore(stageDeadline)
        ? new StepSpec(step, own, step.timeout())
        : new StepSpec(step, stageDeadline, Duration.between(start, stageDeadline));
  }

  private StepResult result(StepSpec step, StepLog first) throws InterruptedException {
    StepLog log = first;
    for (int tries = 1; ; tries++) {
      lastLog = log;
      try {
        return session.run(step, log);
      } catch (RuntimeUnavailableException e) {
        String message = String.valueOf(e.getMessage());
        if (tries == ENGINE_TRIES) {
          return new StepResult.NotStarted(StartFailure.ENGINE, message);
        }
        System.getLogger(StepLoop.class.getName())
            .log(
                System.Logger.Level.WARNING, "{0} step {1}: {2}", key(), step.plan().id(), message);
        Thread.sleep(Duration.ofSeconds(tries));
        log = new StepLog(step.plan().id(), outgoing);
      }
    }
  }

  private StageKey key() {
    return spec.key();
  }

  /** Tells again everything that an attempt that is over has told, but for its log. */
  static void retell(StageSpec spec, StageDirectory directory, Outgoing outgoing)
      throws InterruptedException {
    var started = directory.event("stage-started", StageStarted.class);
    if (started.isPresent()) {
      outgoing.event(started.get(), () -> {});
    }
    for (StepPlan step : spec.stage().steps()) {
      var begun = directory.event(step.id() + ".started", StepStarted.class);
      if (begun.isPresent()) {
        outgoing.event(begun.get(), () -> {});
      }
      var ended = directory.event(step.id() + ".finished", StepFinished.class);
      if (ended.isPresent()) {
        if (step instanceof StepPlan.BuildAndPush build) {
          for (PushedImage image : List.copyOf(ended.get().images())) {
            outgoing.image(
                new ImagePushed(spec.key(), ended.get().at(), step.id(), build.registry(), image));
          }
        }
        outgoing.event(ended.get(), () -> {});
      }
    }
    var over = directory.event("stage-finished", StageFinished.class);
    if (over.isPresent()) {
      outgoing.event(over.get(), () -> {});
    }
    outgoing.flush();
  }
}
