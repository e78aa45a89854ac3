package dev.archway.executor.stage;

import dev.archway.contract.event.ImageEvent.ImagePushed;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.event.StageEvent.StageStarted;
import dev.archway.contract.event.StageEvent.StepFinished;
import dev.archway.contract.event.StageEvent.StepStarted;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.PushedImage;
import dev.archway.contract.plan.FailureStrategy;
import dev.archway.contract.plan.Flow;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.When;
import dev.archway.contract.status.Status;
import dev.archway.executor.runtime.StageOverException;
import dev.archway.executor.runtime.StageSession;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.expression.Code;
import dev.archway.expression.ExpressionException;
import dev.archway.expression.Scope;
import dev.archway.expression.Template;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Takes one attempt of a stage through its steps, from wherever a predecessor left it: what was
 * reported is reported again as it was, running steps are joined, the rest follows. What runs is
 * decided by each step's {@code when} alone; a stage that shall stop runs nothing more.
 */
final class StepLoop {
  /** The name of the event that tells of the attempt's start. */
  static final String STARTED = "stage-started";

  /** So many steps may run in a row while the executor is away. */
  private static final int MOST_AHEAD = 20;

  private final StageSpec spec;
  private final StageDirectory directory;
  private final StageSession session;
  private final Answers answers;
  private final Outgoing outgoing;
  private final Clock clock;
  private final StageSecrets secrets;
  private final StageScope scope;
  private final Map<String, StepPlan> steps;
  private final Services services;

  /**
   * @param values what expressions may read beside the plan's own values
   */
  StepLoop(
      StageSpec spec,
      Map<String, String> values,
      StageSecrets secrets,
      StageDirectory directory,
      StageSession session,
      Answers answers,
      Outgoing outgoing,
      Clock clock) {
    this.spec = spec;
    this.answers = answers;
    this.directory = directory;
    this.session = session;
    this.outgoing = outgoing;
    this.clock = clock;
    this.secrets = secrets;
    this.services = new Services(session);
    this.scope = new StageScope(spec.stage(), values, secrets);
    this.steps =
        spec.stage().steps().stream().collect(Collectors.toMap(StepPlan::id, Function.identity()));
  }

  /** Runs to the stage's end; returns once everything of it has been told. */
  StageFinished run() throws InterruptedException {
    StageStarted started =
        directory.event(
            STARTED,
            StageStarted.class,
            () ->
                new StageStarted(
                    key(),
                    clock.instant(),
                    session.runtime(),
                    session.emulated(),
                    session.ignored()));
    outgoing.event(started, () -> {});
    secrets.learn(spec, scope);
    directory.secrets().forEach(secrets.masks()::add);
    Instant deadline = started.at().plus(spec.stage().timeout());
    StepRun run =
        new StepRun(
            spec, secrets.masks(), directory, session, answers, outgoing, clock, scope, deadline);
    Progress progress = new Progress();
    try {
      walk(spec.stage().flow(), List.of(spec.stage().onFailure()), progress, run);
      services.end();
    } finally {
      services.letGo();
    }
    boolean fine = progress.status() == Status.SUCCESS || progress.status() == Status.IGNORE_FAILED;
    if (directory.stopped().isPresent() && fine) {
      progress.note(
          Status.ABORTED,
          Failure.of(FailureReason.STOPPED, "stopped by " + directory.stopped().orElse("somebody")),
          false);
    }
    return finish(progress.status(), progress.failure());
  }

  /** Ends the stage wherever it stands: its pod or containers go with it. */
  StageFinished giveUp(String why) throws InterruptedException {
    return finish(Status.FAILED, Failure.of(FailureReason.RUNTIME_UNAVAILABLE, why));
  }

  private StageFinished finish(Status status, @Nullable Failure failure)
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

  /**
   * @param levels failure strategies around these steps, nearest first
   */
  private void walk(
      List<Flow> flow, List<List<FailureStrategy>> levels, Progress progress, StepRun run)
      throws InterruptedException {
    for (int i = 0; i < flow.size(); i++) {
      switch (flow.get(i)) {
        case Flow.Step step -> {
          step(step, next(flow.subList(i + 1, flow.size()), progress), levels, progress, run);
        }
        case Flow.Group group -> group(group, levels, progress, run);
        case Flow.Parallel parallel -> parallel(parallel, levels, progress, run);
      }
    }
  }

  /** What follows a step when it and all before succeed, as far as that is certain and whole. */
  private List<StepPlan.Run> next(List<Flow> followers, Progress progress) {
    return followers.stream()
        .limit(MOST_AHEAD)
        .map(node -> next(node, progress))
        .takeWhile(Objects::nonNull)
        .toList();
  }

  private StepPlan.@Nullable Run next(Flow node, Progress progress) {
    return node instanceof Flow.Step follower
            && follower.when().condition() == null
            && progress.fits(follower.when().before())
            && steps.get(follower.id()) instanceof StepPlan.Run next
            && !next.background()
            && Filled.isWhole(next)
        ? next
        : null;
  }

  /** The end of a step, or null of a service that runs. */
  private @Nullable StepFinished run(
      StepPlan step, List<StepPlan.Run> next, List<List<FailureStrategy>> levels, StepRun run)
      throws InterruptedException {
    return step instanceof StepPlan.Run service && service.background()
        ? services.begin(service, run)
        : run.run(step, next, levels, () -> {});
  }

  private void step(
      Flow.Step node,
      List<StepPlan.Run> next,
      List<List<FailureStrategy>> levels,
      Progress progress,
      StepRun run)
      throws InterruptedException {
    StepPlan step = Objects.requireNonNull(steps.get(node.id()), node.id());
    List<List<FailureStrategy>> inside = inside(node.onFailure(), levels);
    @Nullable StepFinished finished;
    if (run.before(step.id()) != null || run.begun(step.id())) {
      finished = run(step, next, inside, run);
    } else {
      try {
        finished =
            runs(node.id(), node.when(), progress)
                    || (step instanceof StepPlan.InRuntime && session.hasBegun(step.id()))
                ? run(step, next, inside, run)
                : run.skip(step);
      } catch (ExpressionException e) {
        finished = run.fail(step, String.valueOf(e.getMessage()));
      }
    }
    if (finished != null) {
      note(finished, inside, progress);
    }
  }

  private static void note(
      StepFinished step, List<List<FailureStrategy>> levels, Progress progress) {
    progress.note(
        step.status(),
        step.failure(),
        FailureRules.ignoresStage(step.status(), step.failure(), levels));
  }

  private void group(
      Flow.Group group, List<List<FailureStrategy>> levels, Progress progress, StepRun run)
      throws InterruptedException {
    boolean enters;
    try {
      enters = group.steps().anyMatch(run::begun) || runs(group.id(), group.when(), progress);
    } catch (ExpressionException e) {
      enters = false;
      String first = group.steps().findFirst().orElse("");
      StepPlan step = steps.get(first);
      if (step != null) {
        StepFinished failed = run.fail(step, String.valueOf(e.getMessage()));
        note(failed, inside(group.onFailure(), levels), progress);
      }
    }
    if (enters) {
      walk(group.members(), inside(group.onFailure(), levels), progress, run);
      return;
    }
    for (String id : group.steps().toList()) {
      StepPlan step = steps.get(id);
      if (step != null) {
        var _ = run.skip(step);
      }
    }
  }

  private void parallel(
      Flow.Parallel parallel, List<List<FailureStrategy>> levels, Progress progress, StepRun run)
      throws InterruptedException {
    List<Flow> members = parallel.members();
    Semaphore slots = new Semaphore(parallel.most() == 0 ? members.size() : parallel.most(), true);
    List<Progress> lines = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    List<Throwable> broken = java.util.Collections.synchronizedList(new ArrayList<>());
    for (Flow member : members) {
      Progress line = progress.fork();
      lines.add(line);
      threads.add(
          Thread.ofVirtual()
              .name("steps-" + key())
              .unstarted(() -> {
                try {
                  slots.acquire();
                  try {
                    walk(List.of(member), levels, line, run);
                  } finally {
                    slots.release();
                  }
                } catch (InterruptedException _) {
                  Thread.currentThread().interrupt();
                } catch (RuntimeException e) {
                  broken.add(e);
                }
              }));
    }
    threads.forEach(Thread::start);
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      threads.forEach(Thread::interrupt);
      throw e;
    }
    if (!broken.isEmpty()) {
      if (broken.getFirst() instanceof StageOverException over) {
        throw over;
      }
      throw new IllegalStateException("a parallel step broke off", broken.getFirst());
    }
    progress.join(lines);
  }

  private boolean runs(String id, When when, Progress progress) throws ExpressionException {
    if (progress.over() || directory.stopped().isPresent() || !progress.fits(when.before())) {
      return false;
    }
    return when.condition() == null
        || (Template.condition(when.condition()).in(scope.at(id))
                instanceof Scope.Found.Known(var value)
            && Code.truth(value));
  }

  private static List<List<FailureStrategy>> inside(
      List<FailureStrategy> own, List<List<FailureStrategy>> around) {
    List<List<FailureStrategy>> levels = new ArrayList<>();
    levels.add(own);
    levels.addAll(around);
    return levels;
  }

  private StageKey key() {
    return spec.key();
  }

  /** Tells again everything that an attempt that is over has told, but for its log. */
  static void retell(StageSpec spec, StageDirectory directory, Outgoing outgoing)
      throws InterruptedException {
    var started = directory.event(STARTED, StageStarted.class);
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
