package dev.archway.executor.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Pods that nobody will come for any more: they ended, or were deleted, long ago, and no executor
 * let go of them. A pod that runs is never touched: its own deadline ends it.
 */
final class Leftovers {
  private final Cluster cluster;
  private final Duration age;

  /**
   * @param age how long ago a pod must have ended; far longer than executors may be away, since
   *     whoever then comes back would make the pod again
   */
  Leftovers(Cluster cluster, Duration age) {
    this.cluster = cluster;
    this.age = age;
  }

  /** Removes those of the namespaces that are watched. */
  void remove(Instant now) {
    for (Pod pod : cluster.unattended()) {
      Instant ended = ended(pod);
      // A stranger's pod with our labels would have us delete a Secret that it names.
      if (PodNames.isPod(pod.getMetadata().getName())
          && ended != null
          && ended.plus(age).isBefore(now)) {
        remove(pod);
      }
    }
  }

  private void remove(Pod pod) {
    String namespace = pod.getMetadata().getNamespace();
    String name = pod.getMetadata().getName();
    try {
      StagePod.release(cluster, namespace, name);
      var _ = cluster.ask(c -> c.pods().inNamespace(namespace).withName(name).delete());
      boolean pullsWithSecret =
          pod.getSpec().getImagePullSecrets().stream().anyMatch(s -> name.equals(s.getName()));
      if (pullsWithSecret) {
        // It goes with its pod, unless the executor died before it had told the server so.
        var _ = cluster.ask(c -> c.secrets().inNamespace(namespace).withName(name).delete());
      }
      System.getLogger(Leftovers.class.getName())
          .log(System.Logger.Level.INFO, "removed pod {0}/{1}, left behind", namespace, name);
    } catch (KubernetesClientException e) {
      System.getLogger(Leftovers.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "cannot remove pod {0}/{1}, left behind: {2}",
              namespace,
              name,
              e.getMessage());
    }
  }

  /** When the pod came to its end; null when it has not. */
  static @Nullable Instant ended(Pod pod) {
    String deleted = pod.getMetadata().getDeletionTimestamp();
    if (deleted != null) {
      return Instant.parse(deleted);
    }
    var status = pod.getStatus();
    if (status == null
        || !("Failed".equals(status.getPhase()) || "Succeeded".equals(status.getPhase()))) {
      return null;
    }
    // An evicted pod that never ran has no such times.
    return Stream.of(status.getContainerStatuses(), status.getInitContainerStatuses())
        .flatMap(java.util.List::stream)
        .map(ContainerStatus::getState)
        .filter(state -> state != null && state.getTerminated() != null)
        .map(state -> state.getTerminated().getFinishedAt())
        .filter(Objects::nonNull)
        .map(Instant::parse)
        .max(Instant::compareTo)
        .orElse(Instant.parse(pod.getMetadata().getCreationTimestamp()));
  }
}
