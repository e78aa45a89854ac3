package dev.archway.gateway.webhook;

import dev.archway.contract.api.WebhookKey;
import dev.archway.contract.event.GitEvent.TriggerKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the calls of each trigger are checked with. The planner knows; its answer is believed for a
 * while, and longer while it does not answer, so that calls are taken without it. Thread-safe.
 */
final class WebhookKeys {
  private static final Duration BELIEVED = Duration.ofSeconds(10);
  private static final int MOST = 1_000;

  private final Function<TriggerKey, Optional<WebhookKey>> planner;
  private final Clock clock;
  private final ReentrantLock asking = new ReentrantLock();
  private final Map<TriggerKey, Known> known =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<TriggerKey, Known> eldest) {
              return size() > MOST;
            }
          });

  private record Known(WebhookKey key, Instant since) {}

  /** The planner does not answer, and nothing is known from before. */
  static final class UnknownNowException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownNowException(Throwable cause) {
      super("planner-service does not answer", cause);
    }
  }

  /**
   * @param planner empty for a trigger that takes no webhooks; throws when the planner cannot tell
   */
  WebhookKeys(Function<TriggerKey, Optional<WebhookKey>> planner, Clock clock) {
    this.planner = planner;
    this.clock = clock;
  }

  /**
   * The key of a trigger; empty when it takes no webhooks.
   *
   * @param newerThan an answer of before this time is not enough
   * @throws UnknownNowException when nobody can tell now
   */
  Optional<WebhookKey> find(TriggerKey trigger, Instant newerThan) {
    Known before = fresh(trigger, newerThan);
    if (before != null) {
      return Optional.of(before.key());
    }
    // One asks for all that wait: a burst of calls is one question.
    asking.lock();
    try {
      Known meanwhile = fresh(trigger, newerThan);
      if (meanwhile != null) {
        return Optional.of(meanwhile.key());
      }
      Instant now = clock.instant();
      Optional<WebhookKey> found = planner.apply(trigger);
      found.ifPresentOrElse(
          key -> known.put(trigger, new Known(key, now)), () -> known.remove(trigger));
      return found;
    } catch (RuntimeException e) {
      Known old = known.get(trigger);
      if (old == null) {
        throw new UnknownNowException(e);
      }
      return Optional.of(old.key());
    } finally {
      asking.unlock();
    }
  }

  private @Nullable Known fresh(TriggerKey trigger, Instant newerThan) {
    Known entry = known.get(trigger);
    return entry != null
            && entry.since().plus(BELIEVED).isAfter(clock.instant())
            && !entry.since().isBefore(newerThan)
        ? entry
        : null;
  }
}
