package dev.archway.executor.stage;

import dev.archway.contract.event.ImageEvent;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.event.StageEvent;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.event.StageEvent.StageStarted;
import dev.archway.contract.event.StageEvent.StepFinished;
import dev.archway.contract.event.StageEvent.StepStarted;
import dev.archway.contract.wire.Topics;
import dev.archway.messaging.Envelopes;
import dev.archway.messaging.MessageBus;
import java.time.Clock;

/** Reports as records on the bus, with ids that a second telling repeats. */
public final class BusReports implements StageReports {
  private static final String SOURCE = "executor";

  private final MessageBus bus;
  private final Clock clock;

  public BusReports(MessageBus bus, Clock clock) {
    this.bus = bus;
    this.clock = clock;
  }

  @Override
  public void tell(StageEvent event) {
    String what =
        switch (event) {
          case StageStarted _ -> "started";
          case StageFinished _ -> "finished";
          case StepStarted e -> e.step() + "/started";
          case StepFinished e -> e.step() + "/finished";
        };
    bus.send(
        Topics.STAGE_EVENTS,
        Envelopes.of(
            SOURCE, event.key() + "/" + what, event.key().execution().value(), event.at(), event));
  }

  @Override
  public void tell(ImageEvent.ImagePushed event) {
    bus.send(
        Topics.IMAGE_EVENTS,
        Envelopes.of(
            SOURCE,
            event.key() + "/" + event.step() + "/pushed/" + event.image().repository(),
            event.execution().value(),
            event.at(),
            event));
  }

  @Override
  public void tell(LogChunk chunk) {
    // Chunks of a second reading may be cut elsewhere: the id names the lines.
    String id =
        "%s/%s/%d+%d%s"
            .formatted(
                chunk.key(),
                chunk.step(),
                chunk.firstLine(),
                chunk.lines().size(),
                chunk.end() ? "/end" : "");
    String key = chunk.key().execution() + "/" + chunk.key().stage() + "/" + chunk.step();
    bus.send(Topics.LOG_CHUNKS, Envelopes.of(SOURCE, id, key, clock.instant(), chunk));
  }
}
