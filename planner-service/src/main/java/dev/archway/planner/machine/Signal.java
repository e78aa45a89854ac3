package dev.archway.planner.machine;

import dev.archway.contract.event.ImageEvent;
import dev.archway.contract.event.StageEvent;
import java.time.Instant;

/** What can happen to an execution. */
public sealed interface Signal {
  /** When it happened. */
  Instant at();

  /** It was accepted. */
  record Submitted(Instant at) implements Signal {}

  /** Somebody asked for it to stop. */
  record AbortRequested(Instant at, String by) implements Signal {}

  /** The execution has taken longer than its pipeline allows. */
  record DeadlinePassed(Instant at) implements Signal {}

  /** An executor reports. */
  record StageReported(StageEvent event) implements Signal {
    @Override
    public Instant at() {
      return event.at();
    }
  }

  /** The registry's side reports. */
  record ImageReported(ImageEvent event) implements Signal {
    @Override
    public Instant at() {
      return event.at();
    }
  }
}
