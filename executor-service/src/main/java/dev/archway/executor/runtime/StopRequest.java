package dev.archway.executor.runtime;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Whether a stage, or a step of it, was asked to stop, and whom to wake then. Thread-safe. */
public final class StopRequest {
  private final Set<Runnable> listeners = ConcurrentHashMap.newKeySet();
  private final Map<String, StopRequest> steps = new ConcurrentHashMap<>();
  private volatile @Nullable Duration grace;

  /** Asks; running steps may take this long to end by themselves. */
  public void stop(Duration within) {
    grace = within;
    listeners.forEach(Runnable::run);
    steps.values().forEach(step -> step.stop(within));
  }

  /** The request for one step, which one for the whole stage is as well. */
  public StopRequest of(String step) {
    StopRequest own = steps.computeIfAbsent(step, _ -> new StopRequest());
    Duration within = grace;
    if (within != null && own.grace == null) {
      own.stop(within);
    }
    return own;
  }

  /** The grace period of the request; null when there is none. */
  public @Nullable Duration grace() {
    return grace;
  }

  /** Has the listener run at every request from now on. */
  public void subscribe(Runnable listener) {
    listeners.add(listener);
  }

  /** Ends it; the same object as before. */
  public void unsubscribe(Runnable listener) {
    listeners.remove(listener);
  }
}
