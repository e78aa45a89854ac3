package dev.archway.executor.runtime.podman;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Whether a stage was asked to stop, and whom to wake then. */
final class StepControl {
  private final Set<Bell> bells = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Duration grace;

  void stop(Duration within) {
    grace = within;
    bells.forEach(Bell::ring);
  }

  /** The grace period of the request; null when there is none. */
  @Nullable Duration stopping() {
    return grace;
  }

  void subscribe(Bell bell) {
    bells.add(bell);
  }

  void unsubscribe(Bell bell) {
    bells.remove(bell);
  }
}
