package dev.archway.executor.stage;

import dev.archway.contract.event.ImageEvent.ImagePushed;
import dev.archway.contract.event.LogChunk.Line;
import dev.archway.contract.event.LogChunk.Stream;
import dev.archway.contract.event.StageEvent.StepFinished;
import dev.archway.contract.event.StageEvent.StepStarted;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.image.PushedImage;
import dev.archway.contract.plan.FailureStrategy;
import dev.archway.contract.plan.FailureStrategy.Action;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.report.TestReport;
import dev.archway.executor.report.TestReports;
import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StageSession;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.runtime.StartFailure;
import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StepSpec;
import dev.archway.expression.Code;
import dev.archway.expression.ExpressionException;
import dev.archway.expression.Scope;
import dev.archway.expression.Template;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One step through all its attempts, from wherever a predecessor left it. Each attempt that was
 * tried again is noted under its number, so that a successor counts on from there; the log of all
 * attempts is one.
 */
final class StepRun {
  private static final int ENGINE_TRIES = 5;
  private static final Duration LOOK = Duration.ofMillis(200);

  private final StageSpec spec;
  private final Masks masks;
  private final StageDirectory directory;
  private final StageSession session;
  private final Answers answers;
  private final Outgoing outgoing;
  private final Clock clock;
  private final StageScope scope;
  private final Instant stageDeadline;

  StepRun(
      StageSpec spec,
      Masks masks,
      StageDirectory directory,
      StageSession session,
      Answers answers,
      Outgoing outgoing,
      Clock clock,
      StageScope scope,
      Instant stageDeadline) {
    this.spec = spec;
    this.masks = masks;
    this.directory = directory;
    this.session = session;
    this.answers = answers;
    this.outgoing = outgoing;
    this.clock = clock;
    this.scope = scope;
    this.stageDeadline = stageDeadline;
  }

  /** How the step ended before; null when it has not. */
  @Nullable StepFinished before(String step) {
    return directory.event(step + ".finished", StepFinished.class).orElse(null);
  }

  /** True when a predecessor began it. */
  boolean begun(String step) {
    return directory.event(step + ".started", StepStarted.class).isPresent();
  }

  /** Tells that the step does not run. */
  StepFinished skip(StepPlan step) throws InterruptedException {
    return tell(step, finished(step, Outcome.SKIPPED, 0, 0));
  }

  /** Tells that the step cannot run. */
  StepFinished fail(StepPlan step, String why) throws InterruptedException {
    Outcome outcome = Outcome.of(invalid(why), step, List.of(), null);
    return tell(step, finished(step, outcome, 0, 0));
  }

  /**
   * Runs the step to its end.
   *
   * @param next what runs one after the other when it succeeds, as far as that is known
   * @param levels its failure strategies, nearest first
   * @param running run when it has started, perhaps more than once
   */
  StepFinished run(
      StepPlan step, List<StepPlan.Run> next, List<List<FailureStrategy>> levels, Runnable running)
      throws InterruptedException {
    StepFinished before = before(step.id());
    if (before != null && (!begun(step.id()) || directory.isSaid(step.id()))) {
      StepStarted begun = directory.event(step.id() + ".started", StepStarted.class).orElse(null);
      if (begun != null) {
        outgoing.event(begun, () -> {});
      }
      return tell(step, before);
    }
    StepStarted started =
        directory.event(
            step.id() + ".started",
            StepStarted.class,
            () -> new StepStarted(spec.key(), clock.instant(), step.id()));
    outgoing.event(started, () -> {});
    Instant start = started.at();
    long lines = 0;
    for (int attempt = 1; ; attempt++) {
      StepLog log = new StepLog(step.id(), outgoing, masks, lines);
      StepFinished tried =
          directory.event(step.id() + ".try" + attempt, StepFinished.class).orElse(null);
      Outcome outcome = attempt(step, next, attempt, start, log, running);
      StepFinished now =
          tried != null ? tried : event(step, outcome, log.count(), attempt - 1, null);
      Action action = FailureRules.action(now.status(), now.failure(), levels);
      boolean again =
          tried != null
              || (before == null
                  // The answer to a question that was asked once stays what it is.
                  && step instanceof StepPlan.InRuntime
                  && action instanceof Action.Retry retry
                  && attempt <= retry.count()
                  && holds(retry, now));
      if (!again || !(action instanceof Action.Retry retry)) {
        return end(step, outcome, action, log, attempt - 1);
      }
      StepFinished kept =
          directory.event(step.id() + ".try" + attempt, StepFinished.class, () -> now);
      lines = kept.logLines();
      start = kept.at().plus(retry.interval(attempt));
      if (!pause(start)) {
        Outcome stopped =
            Outcome.of(
                new StepResult.Stopped(), step, log.tail(), directory.stopped().orElse(null));
        return end(step, stopped, null, log, attempt - 1);
      }
    }
  }

  private StepFinished end(
      StepPlan step, Outcome outcome, @Nullable Action action, StepLog log, int retries)
      throws InterruptedException {
    Outcome end = outcome.as(FailureRules.status(outcome.status(), action));
    TestReport tests = before(step.id()) == null ? tests(step, outcome) : null;
    StepFinished finished =
        directory.event(
            step.id() + ".finished",
            StepFinished.class,
            () -> event(step, end, log.count(), retries, tests));
    outgoing.end(step.id(), finished.logLines());
    return tell(step, finished);
  }

  /** What the step's test reports say; null when it names none, or did not get to run. */
  private @Nullable TestReport tests(StepPlan step, Outcome outcome) throws InterruptedException {
    if (!(step instanceof StepPlan.Run run) || run.reports().isEmpty() || !outcome.ran()) {
      return null;
    }
    try {
      StepPlan.Run filled = (StepPlan.Run) Filled.step(step, scope.at(step.id()));
      return TestReports.read(filled.reports(), session.files(), masks::hide);
    } catch (ExpressionException e) {
      return TestReports.unread("no report is read: " + e.getMessage(), masks::hide);
    }
  }

  private boolean holds(Action.Retry retry, StepFinished tried) {
    if (retry.condition() == null) {
      return true;
    }
    try {
      return Template.condition(retry.condition()).in(scope.after(tried))
              instanceof Scope.Found.Known(var value)
          && Code.truth(value);
    } catch (ExpressionException e) {
      System.getLogger(StepRun.class.getName())
          .log(System.Logger.Level.WARNING, "{0}: {1}", spec.key(), e.getMessage());
      return false;
    }
  }

  /** Waits for an attempt's start; false when the stage is stopped before. */
  private boolean pause(Instant start) throws InterruptedException {
    while (directory.stopped().isEmpty()) {
      Duration left = Duration.between(clock.instant(), start);
      if (!left.isPositive()) {
        return true;
      }
      Thread.sleep(left.compareTo(LOOK) < 0 ? left : LOOK);
    }
    return false;
  }

  private Outcome attempt(
      StepPlan step,
      List<StepPlan.Run> next,
      int attempt,
      Instant start,
      StepLog log,
      Runnable running)
      throws InterruptedException {
    AtomicBoolean ran = new AtomicBoolean();
    StepResult result;
    try {
      Limit limit = limit(step, start);
      result =
          switch (Filled.step(step, scope.at(step.id()))) {
            case StepPlan.InRuntime filled ->
                result(
                    new StepSpec(filled, limit.deadline(), limit.length(), attempt, next),
                    log,
                    () -> {
                      ran.set(true);
                      running.run();
                    });
            case StepPlan.PublishIndex publish -> {
              StepResult answer = answers.await(publish.id(), limit.deadline(), limit.length());
              if (answer instanceof StepResult.Exited(_, Map<String, String> outputs)) {
                log.accept(
                    List.of(
                        new Line(
                            clock.instant(),
                            Stream.SYSTEM,
                            "published " + outputs.get(StepPlan.PublishIndex.IMAGE))));
              }
              yield answer;
            }
          };
    } catch (ExpressionException e) {
      result = invalid(String.valueOf(e.getMessage()));
    }
    if (result instanceof StepResult.Exited(int code, Map<String, String> left)) {
      result = new StepResult.Exited(code, withoutSecrets(step, attempt, left));
    }
    List<String> tail = log.tail().stream().map(masks::hide).toList();
    Outcome outcome = Outcome.of(result, step, tail, directory.stopped().orElse(null));
    return step instanceof StepPlan.Run run && run.background()
        ? outcome.ofService(run, result, ran.get(), directory.stopped().isPresent())
        : outcome;
  }

  /** From here on what the step handed on in secret is hidden, by successors too. */
  private Map<String, String> withoutSecrets(
      StepPlan step, int attempt, Map<String, String> outputs) {
    Map<String, String> shown = new HashMap<>(outputs);
    Map<String, String> hidden = new HashMap<>();
    if (step instanceof StepPlan.Run run) {
      for (StepPlan.Output output : run.outputs()) {
        String value = output.secret() ? shown.remove(output.name()) : null;
        if (value != null) {
          hidden.put(output.name(), value);
          masks.add(value);
        }
      }
    }
    if (!hidden.isEmpty()) {
      directory.keepSecrets(StepSpec.name(step, attempt), hidden);
    }
    return shown;
  }

  private static StepResult invalid(String why) {
    return new StepResult.Failed(FailureReason.INVALID_SPEC, why, null);
  }

  private record Limit(Instant deadline, Duration length) {}

  private Limit limit(StepPlan step, Instant start) {
    Instant own = start.plus(step.timeout());
    return own.isBefore(stageDeadline)
        ? new Limit(own, step.timeout())
        : new Limit(stageDeadline, Duration.between(start, stageDeadline));
  }

  private StepResult result(StepSpec step, StepLog log, Runnable running)
      throws InterruptedException {
    for (int tries = 1; ; tries++) {
      try {
        return session.run(step, log, running);
      } catch (RuntimeUnavailableException e) {
        String message = String.valueOf(e.getMessage());
        if (tries == ENGINE_TRIES) {
          return new StepResult.NotStarted(StartFailure.ENGINE, message);
        }
        System.getLogger(StepRun.class.getName())
            .log(
                System.Logger.Level.WARNING,
                "{0} step {1}: {2}",
                spec.key(),
                step.plan().id(),
                message);
        Thread.sleep(Duration.ofSeconds(tries));
        // A second try reads the log again from its start, under the same numbers.
        log.restart();
      }
    }
  }

  private StepFinished finished(StepPlan step, Outcome outcome, long lines, int retries) {
    return directory.event(
        step.id() + ".finished",
        StepFinished.class,
        () -> event(step, outcome, lines, retries, null));
  }

  private StepFinished event(
      StepPlan step, Outcome outcome, long lines, int retries, @Nullable TestReport tests) {
    return new StepFinished(
        spec.key(),
        clock.instant(),
        step.id(),
        outcome.status(),
        outcome.exitCode(),
        outcome.failure() == null ? null : masks.hide(outcome.failure()),
        outcome.images(),
        lines,
        Map.copyOf(outcome.outputs()),
        retries,
        tests);
  }

  private StepFinished tell(StepPlan step, StepFinished finished) throws InterruptedException {
    if (step instanceof StepPlan.BuildAndPush build) {
      for (PushedImage image : finished.images()) {
        outgoing.image(
            new ImagePushed(spec.key(), finished.at(), step.id(), build.registry(), image));
      }
    }
    outgoing.event(finished, () -> directory.said(step.id()));
    scope.ended(finished, directory.secrets(StepSpec.name(step, finished.retries() + 1)));
    return finished;
  }
}
