package dev.archway.planner.feedback;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what waits in the database, each message until it has been told or a day has passed. Any
 * number of planners may do so: who claims a message tells it, and one that dies after that tells
 * it again, which is harmless. No execution waits for any of it.
 */
final class FeedbackRelay {
  private static final Logger log = LoggerFactory.getLogger(FeedbackRelay.class);

  /** Longer than any call takes. */
  private static final Duration CLAIM = Duration.ofMinutes(2);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
  private static final Duration GIVE_UP = Duration.ofDays(1);

  private final FeedbackStore store;
  private final Sender sender;
  private final Clock clock;

  FeedbackRelay(FeedbackStore store, Sender sender, Clock clock) {
    this.store = store;
    this.sender = sender;
    this.clock = clock;
  }

  /** One look: tells everything whose time has come, side by side. */
  void look() {
    List<FeedbackStore.Due> due = store.due(clock.instant());
    while (!due.isEmpty()) {
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (FeedbackStore.Due one : due) {
          if (store.claim(one, clock.instant().plus(CLAIM))) {
            threads.execute(() -> tell(one));
          }
        }
      }
      due = store.due(clock.instant());
    }
  }

  private void tell(FeedbackStore.Due due) {
    Instant now = clock.instant();
    try {
      sender.send(due.message());
      store.done(due);
    } catch (Sender.UndeliverableException e) {
      log.warn(
          "gave up telling execution={} what={}: {}",
          due.message().about().execution(),
          due.message().getClass().getSimpleName(),
          e.getMessage());
      store.done(due);
    } catch (RuntimeException e) {
      if (due.createdAt().plus(GIVE_UP).isBefore(now)) {
        log.warn(
            "gave up telling for a day execution={}: {}",
            due.message().about().execution(),
            e.toString());
        store.done(due);
        return;
      }
      Duration pause = pause(due.attempts());
      log.info(
          "cannot tell now, next try in {} s execution={}: {}",
          pause.toSeconds(),
          due.message().about().execution(),
          e.toString());
      store.later(due, due.attempts() + 1, now.plus(pause));
    }
  }

  static Duration pause(int attempts) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(attempts, 20));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }
}
