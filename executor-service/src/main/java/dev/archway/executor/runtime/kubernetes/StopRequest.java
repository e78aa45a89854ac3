package dev.archway.executor.runtime.kubernetes;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Whether a stage was asked to stop, and whom to wake then. Thread-safe. */
final class StopRequest {
  private final Set<Runnable> listeners = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Duration grace;

  void stop(Duration within) {
    grace = within;
    listeners.forEach(Runnable::run);
  }

  /** The grace period of the request; null when there is none. */
  @Nullable Duration grace() {
    return grace;
  }

  void subscribe(Runnable listener) {
    listeners.add(listener);
  }

  void unsubscribe(Runnable listener) {
    listeners.remove(listener);
  }
}
