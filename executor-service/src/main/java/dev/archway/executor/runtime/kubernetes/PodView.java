package dev.archway.executor.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What the API server last said of one pod, and whom to wake when it says more. Thread-safe. */
final class PodView {
  private final Set<Runnable> listeners = ConcurrentHashMap.newKeySet();
  private final Set<String> started = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Pod pod;
  private volatile boolean gone;

  void update(Pod latest) {
    synchronized (this) {
      pod = latest;
    }
    listeners.forEach(Runnable::run);
  }

  /** Takes an answer to a request, unless the watch has been faster: it may have said more. */
  synchronized void begin(Pod answer) {
    if (pod == null) {
      pod = answer;
    }
  }

  void gone() {
    gone = true;
    listeners.forEach(Runnable::run);
  }

  /** A container has been started, which the pod's status may tell much later. */
  void started(String container) {
    started.add(container);
    listeners.forEach(Runnable::run);
  }

  /** True when the container has been heard to have been started. */
  boolean hasStarted(String container) {
    return started.contains(container);
  }

  /** The pod as last seen; null before that. */
  @Nullable Pod pod() {
    return pod;
  }

  /** True when it was there and is not any more. */
  boolean isGone() {
    return gone;
  }

  void subscribe(Runnable listener) {
    listeners.add(listener);
  }

  void unsubscribe(Runnable listener) {
    listeners.remove(listener);
  }
}
