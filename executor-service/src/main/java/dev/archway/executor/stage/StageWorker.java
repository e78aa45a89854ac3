package dev.archway.executor.stage;

import dev.archway.contract.command.StageCommand;
import dev.archway.contract.command.StageCommand.EndStep;
import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.command.StageCommand.StopStage;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.event.StageEvent.StageStarted;
import dev.archway.contract.id.StageKey;
import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StageOverException;
import dev.archway.executor.runtime.StageRuntime;
import dev.archway.executor.runtime.StageSession;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.secret.SecretSource;
import dev.archway.expression.ExpressionException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Takes stage commands, each in a moment, and drives every stage to its end on a virtual thread of
 * its own. Thread-safe.
 */
public final class StageWorker implements AutoCloseable {
  private static final Duration STOP_GRACE = Duration.ofSeconds(10);
  private static final long LONGEST_PAUSE_SECONDS = 60;
  private static final Duration TOMBSTONES = Duration.ofDays(7);

  private final Path root;
  private final StageRuntime runtime;
  private final StageReports reports;
  private final SecretSource secrets;
  private final Clock clock;
  private final Slots here;
  private final Slots onClusters;
  private final Map<StageKey, Job> jobs = new ConcurrentHashMap<>();
  private final AtomicReference<Instant> pruned = new AtomicReference<>(Instant.EPOCH);
  private volatile boolean closed;

  /**
   * A worker; nothing runs before {@link #adopt}.
   *
   * @param root where the attempts' folders are; one worker at a time uses it
   * @param capacity how many stages run at once; more wait, and pipelines take turns
   */
  public StageWorker(
      Path root,
      StageRuntime runtime,
      StageReports reports,
      Capacity capacity,
      SecretSource secrets,
      Clock clock) {
    this.root = root;
    this.runtime = runtime;
    this.reports = reports;
    this.secrets = secrets;
    this.clock = clock;
    this.here = new Slots(capacity.here());
    this.onClusters = new Slots(capacity.onClusters());
  }

  /**
   * How many stages run at once.
   *
   * @param here on this machine, which does their work
   * @param onClusters where other machines do it
   */
  public record Capacity(int here, int onClusters) {}

  /** A stage this process is at work on. */
  private static final class Job {
    final Slots slots;
    final Slots.Request slot;
    final List<Runnable> over = new CopyOnWriteArrayList<>();
    final Answers answers;
    volatile @Nullable StageSession session;
    volatile @Nullable Thread thread;
    volatile boolean letGo;

    Job(Slots slots, RunStage command, Answers answers) {
      this.slots = slots;
      this.answers = answers;
      this.slot = slots.request(Objects.requireNonNullElse(command.pipeline(), ""));
    }
  }

  /**
   * Takes up every attempt that a predecessor left unfinished or not cleaned up. Those on clusters
   * may be another executor's by now: whose they are is told by who is given their commands again.
   */
  public void adopt() {
    prune();
    for (StageDirectory directory : StageDirectory.all(root)) {
      var command = directory.command();
      if (command.isEmpty()) {
        continue; // A crash before it was durable: Kafka delivers it again.
      }
      if (!directory.isDone()) {
        if (!runsOnCluster(command.get())) {
          begin(command.get(), () -> {});
        }
      } else if (directory.hasResources()) {
        Thread.ofVirtual().start(() -> cleanUp(StageSpec.of(command.get()), directory));
      }
    }
  }

  private static boolean runsOnCluster(RunStage command) {
    return command.stage().placement().connector() instanceof Connector.K8sCluster;
  }

  /** Makes the command durable and returns; the work goes on elsewhere. */
  public void handle(StageCommand command) {
    handle(command, () -> {});
  }

  /**
   * The same.
   *
   * @param over run, by any thread, once the command need not be given to anybody again: the stage
   *     has ended and its end been told
   */
  public void handle(StageCommand command, Runnable over) {
    switch (command) {
      case RunStage run -> {
        StageDirectory directory = StageDirectory.of(root, run.key());
        directory.accept(run);
        if (directory.isDone() && !jobs.containsKey(run.key())) {
          Thread.ofVirtual()
              .start(() -> {
                retell(StageSpec.of(run), directory);
                over.run();
              });
        } else {
          begin(run, over);
        }
        prune();
      }
      case StopStage(StageKey key, String by) -> {
        StageDirectory directory = StageDirectory.of(root, key);
        if (directory.command().isPresent() && !directory.isDone()) {
          directory.stop(by);
        }
        Job job = concerned(key, over);
        if (job != null) {
          job.slots.withdraw(job.slot);
          job.answers.ring();
          StageSession session = job.session;
          if (session != null) {
            session.stop(STOP_GRACE);
          }
        }
      }
      case EndStep end -> {
        StageDirectory directory = StageDirectory.of(root, end.key());
        if (directory.command().isPresent() && !directory.isDone()) {
          directory.answer(end);
        }
        Job job = concerned(end.key(), over);
        if (job != null) {
          job.answers.ring();
        }
      }
    }
  }

  /** Who is at work on the stage; with nobody at it, the command about it is over at once. */
  private @Nullable Job concerned(StageKey key, Runnable over) {
    Job job =
        jobs.computeIfPresent(
            key,
            (_, known) -> {
              known.over.add(over);
              return known;
            });
    if (job == null) {
      over.run();
    }
    return job;
  }

  /**
   * The same for a stage that another executor had.
   *
   * @param started what that one told of its start, which stays true: the stage's time counts from
   *     there; null when it told nothing
   */
  public void takeOver(RunStage run, @Nullable StageStarted started, Runnable over) {
    if (started != null) {
      StageDirectory directory = StageDirectory.of(root, run.key());
      directory.accept(run);
      var _ = directory.event(StepLoop.STARTED, StageStarted.class, () -> started);
    }
    handle(run, over);
  }

  /** True when the stage runs or waits here, or was brought to its end here. */
  public boolean knows(StageKey key) {
    Job job = jobs.get(key);
    return (job != null && !job.letGo) || StageDirectory.of(root, key).isDone();
  }

  /** Removes what is left of a stage that another executor has brought to its end. */
  public void forget(RunStage command, Runnable over) {
    StageDirectory directory = StageDirectory.of(root, command.key());
    directory.accept(command);
    directory.done();
    Thread.ofVirtual()
        .start(() -> {
          cleanUp(StageSpec.of(command), directory);
          over.run();
        });
  }

  /** Stops driving a stage that is another executor's now; it goes on. */
  public void letGo(StageKey key) {
    Job job = jobs.get(key);
    if (job != null) {
      job.letGo = true;
      Thread thread = job.thread;
      if (thread != null) {
        thread.interrupt();
      }
    }
  }

  /** How many stages run or wait here. */
  public int active() {
    return jobs.size();
  }

  private void begin(RunStage command, Runnable over) {
    var _ =
        jobs.compute(
            command.key(),
            (key, known) -> {
              if (known != null && !known.letGo) {
                known.over.add(over);
                return known;
              }
              Answers answers = new Answers(StageDirectory.of(root, key), clock);
              Job job = new Job(runsOnCluster(command) ? onClusters : here, command, answers);
              job.over.add(over);
              job.thread = Thread.ofVirtual().name("stage-" + key).start(() -> run(command, job));
              return job;
            });
  }

  private void run(RunStage command, Job job) {
    StageSpec spec = spec(command);
    StageDirectory directory = StageDirectory.of(root, spec.key());
    boolean granted = false;
    boolean over = false;
    LogFields.set(spec.key());
    try {
      granted = job.slot.await();
      boolean givenUp = false;
      for (long pause = 1; !over; pause = Math.min(pause * 2, LONGEST_PAUSE_SECONDS)) {
        try {
          drive(spec, command, directory, job, givenUp);
          over = true;
        } catch (StageOverException e) {
          // Woken up after another has told its end: nothing of it is told again.
          directory.done();
          over = true;
        } catch (RuntimeException e) {
          // Its steps go on, or are where they were: the next try joins them.
          System.getLogger(StageWorker.class.getName())
              .log(
                  System.Logger.Level.ERROR,
                  "cannot go on with stage %s, next try in %d s".formatted(spec.key(), pause),
                  e);
          letGo(job);
          // A full disk passes; a mistake of ours does not.
          givenUp = pause == LONGEST_PAUSE_SECONDS && !(e instanceof UncheckedIOException);
          Thread.sleep(Duration.ofSeconds(pause));
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      if (granted) {
        job.slots.release(job.slot);
      }
      if (over) {
        cleanUp(spec, directory);
      }
      letGo(job);
      var _ = jobs.computeIfPresent(spec.key(), (_, known) -> known == job ? null : known);
      if (over) {
        job.over.forEach(Runnable::run);
      }
    }
  }

  private void drive(
      StageSpec spec, RunStage command, StageDirectory directory, Job job, boolean givenUp)
      throws InterruptedException {
    try (Outgoing outgoing = new Outgoing(spec.key(), reports)) {
      StageSession session = open(spec, directory);
      job.session = session;
      if (directory.stopped().isPresent()) {
        session.stop(STOP_GRACE);
      }
      StepLoop loop =
          new StepLoop(
              spec,
              command.values(),
              new StageSecrets(secrets, command.scope()),
              directory,
              session,
              job.answers,
              outgoing,
              clock);
      var _ =
          givenUp
              ? loop.giveUp("the executor cannot go on with the stage; its log says why")
              : loop.run();
    }
  }

  private static void letGo(Job job) {
    StageSession session = job.session;
    if (session != null) {
      session.letGo();
    }
  }

  /** A runtime needs the images before the first step; one that cannot be told fails its step. */
  private static StageSpec spec(RunStage command) {
    StageSpec spec = StageSpec.of(command);
    try {
      var scope = new StageScope(command.stage(), command.values(), StageWorker::noSecret);
      return new StageSpec(
          spec.key(),
          Filled.images(spec.stage(), scope),
          spec.checkout(),
          spec.environment(),
          spec.nonce());
    } catch (ExpressionException e) {
      System.getLogger(StageWorker.class.getName())
          .log(System.Logger.Level.DEBUG, "{0}: {1}", spec.key(), e.getMessage());
      return spec;
    }
  }

  private static String noSecret(String identifier) {
    throw new IllegalArgumentException(
        "secret \"%s\" (expected: an image that names none)".formatted(identifier));
  }

  private StageSession open(StageSpec spec, StageDirectory directory) throws InterruptedException {
    for (long pause = 1; ; pause = Math.min(pause * 2, 30)) {
      try {
        return runtime.open(spec, directory.folder());
      } catch (RuntimeUnavailableException e) {
        System.getLogger(StageWorker.class.getName())
            .log(System.Logger.Level.WARNING, "{0}: {1}; trying again", spec.key(), e.getMessage());
        Thread.sleep(Duration.ofSeconds(pause));
      }
    }
  }

  private void cleanUp(StageSpec spec, StageDirectory directory) {
    try (StageSession session = runtime.open(spec, directory.folder())) {
      System.getLogger(StageWorker.class.getName())
          .log(System.Logger.Level.DEBUG, "stage {0} is over", session.key());
    } catch (RuntimeUnavailableException e) {
      System.getLogger(StageWorker.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "cannot clean up after {0}: {1}",
              spec.key(),
              e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void retell(StageSpec spec, StageDirectory directory) {
    try (Outgoing outgoing = new Outgoing(spec.key(), reports)) {
      StepLoop.retell(spec, directory, outgoing);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void prune() {
    Instant now = clock.instant();
    Instant last = pruned.get();
    if (Duration.between(last, now).toHours() >= 1 && pruned.compareAndSet(last, now)) {
      for (StageDirectory directory : StageDirectory.all(root)) {
        directory.prune(TOMBSTONES, now);
      }
    }
  }

  /** Lets go of everything; stages go on by themselves and are adopted at the next start. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    for (Job job : List.copyOf(jobs.values())) {
      Thread thread = job.thread;
      if (thread != null) {
        thread.interrupt();
      }
    }
  }
}
