package dev.archway.executor;

import dev.archway.contract.command.StageCommand;
import dev.archway.contract.command.StageCommand.EndStep;
import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.command.StageCommand.StopStage;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.event.StageEvent.StageStarted;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.wire.Envelope;
import dev.archway.contract.wire.Topics;
import dev.archway.executor.stage.StageWorker;
import dev.archway.messaging.HeldRecords;
import dev.archway.messaging.TopicHistory;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Commands as the executor takes them. A stage on a cluster belongs to whoever owns its partition:
 * its command is held until the stage is over, and a successor is given it again. A stage on this
 * machine belongs to this machine: its command is safe as soon as it is on the disk.
 */
final class StageCommandWork implements HeldRecords.Work {
  /** How far the clocks of two executors may be apart. */
  private static final Duration CLOCKS = Duration.ofMinutes(5);

  /** Stages that a burst of inherited commands asks for are looked up once. */
  private static final Duration BELIEVED = Duration.ofSeconds(2);

  private final StageWorker worker;
  private final TopicHistory history;
  private final Taken taken;
  private Told told = new Told(Instant.MAX, Instant.EPOCH, Map.of(), Set.of());

  /** What executors have told of stages since then. */
  private record Told(
      Instant since, Instant asked, Map<StageKey, StageStarted> started, Set<StageKey> over) {}

  /** Hears of each stage before it is at work, and when it is no longer. */
  interface Taken {
    void taken(RunStage run, Envelope envelope);

    void letGo(StageKey key);
  }

  StageCommandWork(StageWorker worker, TopicHistory history, Taken taken) {
    this.worker = worker;
    this.history = history;
    this.taken = taken;
  }

  @Override
  public void take(Envelope envelope, boolean inherited, Runnable over) {
    switch (command(envelope)) {
      case RunStage run when !onCluster(run) -> {
        // An executor that died may have had it on its disk, but not yet its offset at the broker.
        boolean elsewhere =
            inherited
                && !worker.knows(run.key())
                && told(envelope.time()).started().containsKey(run.key());
        if (!elsewhere) {
          taken.taken(run, envelope);
          worker.handle(run);
        }
        over.run();
      }
      case RunStage run -> {
        if (!inherited || worker.knows(run.key())) {
          taken.taken(run, envelope);
          worker.handle(run, over);
          return;
        }
        Told before = told(envelope.time());
        // Its pod may be gone because it is over; then it must not be made again.
        if (before.over().contains(run.key())) {
          worker.forget(run, over);
        } else {
          taken.taken(run, envelope);
          worker.takeOver(run, before.started().get(run.key()), over);
        }
      }
      case StopStage stop -> worker.handle(stop, over);
      case EndStep end -> worker.handle(end, over);
    }
  }

  @Override
  public void letGo(Envelope envelope) {
    if (command(envelope) instanceof RunStage run && onCluster(run)) {
      worker.letGo(run.key());
      taken.letGo(run.key());
    }
  }

  private synchronized Told told(Instant commanded) {
    Instant since = commanded.minus(CLOCKS);
    Instant now = Instant.now();
    if (told.since().isAfter(since) || told.asked().plus(BELIEVED).isBefore(now)) {
      Map<StageKey, StageStarted> started = new HashMap<>();
      Set<StageKey> over = new HashSet<>();
      history.read(
          Topics.STAGE_EVENTS,
          since,
          event -> {
            switch (event.data()) {
              case StageStarted first -> started.putIfAbsent(first.key(), first);
              case StageFinished last -> over.add(last.key());
              default -> {}
            }
          });
      told = new Told(since, now, started, over);
    }
    return told;
  }

  /** True when the end of a stage has been told since a moment of this executor's clock. */
  static boolean isOver(TopicHistory history, StageKey key, Instant since) {
    AtomicBoolean over = new AtomicBoolean();
    history.read(
        Topics.STAGE_EVENTS,
        since.minus(CLOCKS),
        event -> {
          if (event.data() instanceof StageFinished last && last.key().equals(key)) {
            over.set(true);
          }
        });
    return over.get();
  }

  private static boolean onCluster(RunStage run) {
    return run.stage().placement().connector() instanceof Connector.K8sCluster;
  }

  private static StageCommand command(Envelope envelope) {
    if (!(envelope.data() instanceof StageCommand command)) {
      throw new IllegalArgumentException(
          "cannot take %s from a topic of stage commands (expected: a stage command)"
              .formatted(envelope.data().getClass().getSimpleName()));
    }
    return command;
  }
}
