package dev.archway.planner.trigger;

import dev.archway.contract.api.StoredDocument;
import dev.archway.web.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts what is planned. The next time of each schedule is in the database; any number of planners
 * may look, since the execution of a planned time has one id, whoever starts it. What was planned
 * while no planner ran is started once, late.
 */
final class Schedules {
  private static final Logger log = LoggerFactory.getLogger(Schedules.class);

  /** How long what came of a call is kept. */
  private static final Duration KEPT = Duration.ofDays(30);

  private final TriggerStore store;
  private final Triggers triggers;
  private final Clock clock;

  Schedules(TriggerStore store, Triggers triggers, Clock clock) {
    this.store = store;
    this.triggers = triggers;
    this.clock = clock;
  }

  /** One look. */
  void look() {
    Instant now = clock.instant();
    for (TriggerStore.Due due : store.due(now)) {
      try {
        start(due, now);
      } catch (RuntimeException e) {
        // The others need not wait for it.
        log.warn("cannot start what is planned; trying again trigger={}", due.key(), e);
      }
    }
  }

  /** Forgets calls of long ago. */
  void tidy() {
    store.forget(clock.instant().minus(KEPT));
  }

  private void start(TriggerStore.Due due, Instant now) {
    StoredDocument stored = store.find(due.key()).orElse(null);
    if (stored == null) {
      return;
    }
    try {
      Trigger trigger =
          TriggerReader.read(Objects.requireNonNull(stored.yaml()), due.key()).trigger();
      if (!(trigger.source() instanceof Trigger.Source.Scheduled(Schedule schedule))) {
        store.plan(due, null);
        return;
      }
      triggers.planned(trigger, due.planned());
      store.plan(due, schedule.after(now).orElse(null));
    } catch (ProblemException e) {
      log.error(
          "a stored trigger cannot be read any more trigger={}: {}", due.key(), e.getMessage());
      store.plan(due, null);
    }
  }
}
