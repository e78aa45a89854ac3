package dev.archway.executor.runtime.kubernetes;

import dev.archway.executor.runtime.script.EngineMessage;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a pod's status means for one of its containers. Pure. */
sealed interface PodState {
  /** Not there yet; {@code what} says what it waits for, in the cluster's own words. */
  record Waiting(String what, boolean unschedulable) implements PodState {}

  /** The image is not to be had. */
  record NoImage(String detail, boolean definite) implements PodState {}

  /** The node cannot make or start the container. */
  record Refused(String detail) implements PodState {}

  /** The container runs. */
  record Running() implements PodState {}

  /** The container has ended. */
  record Ended(int code, String reason, String message) implements PodState {}

  /** The pod is not going to finish its work. */
  record Lost(String detail) implements PodState {}

  Set<String> PULL_TROUBLE =
      Set.of(
          "ErrImagePull",
          "ImagePullBackOff",
          "InvalidImageName",
          "ErrImageNeverPull",
          "ImageInspectError",
          "RegistryUnavailable");
  String AGENT_MISSING = "the agent's container did not start before the step's";
  Set<String> START_TROUBLE =
      Set.of(
          "CreateContainerConfigError",
          "CreateContainerError",
          "RunContainerError",
          "PostStartHookError");

  /** The state of a container of the pod. */
  static PodState of(Pod pod, String container) {
    var status = pod.getStatus();
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      return new Lost("the pod was deleted");
    }
    if (status == null) {
      return new Waiting("the scheduler", false);
    }
    if ("Failed".equals(status.getPhase()) && status.getReason() != null) {
      return new Lost(
          "the pod was ended by its node: %s%s"
              .formatted(
                  status.getReason(),
                  status.getMessage() == null ? "" : ": " + status.getMessage()));
    }
    ContainerStatus found =
        status.getContainerStatuses().stream()
            .filter(c -> c.getName().equals(container))
            .findFirst()
            .orElse(null);
    if (found != null && found.getState().getTerminated() != null) {
      var end = found.getState().getTerminated();
      String message = text(end.getMessage());
      return agentMissing(message)
          ? new Lost(AGENT_MISSING)
          : new Ended(end.getExitCode(), text(end.getReason()), message);
    }
    if (found != null && found.getState().getRunning() != null) {
      return new Running();
    }
    for (ContainerStatus each :
        Stream.concat(
                status.getInitContainerStatuses().stream(),
                found == null ? Stream.of() : Stream.of(found))
            .toList()) {
      PodState trouble = trouble(each);
      if (trouble != null) {
        return trouble;
      }
    }
    return new Waiting(waitsFor(status.getConditions(), found), unschedulable(pod) != null);
  }

  private static @Nullable PodState trouble(ContainerStatus container) {
    var state = container.getState();
    if (state.getTerminated() != null && state.getTerminated().getExitCode() != 0) {
      return new Refused(
          "container %s ended with %d: %s"
              .formatted(
                  container.getName(),
                  state.getTerminated().getExitCode(),
                  text(state.getTerminated().getMessage())));
    }
    if (state.getWaiting() == null) {
      return null;
    }
    String reason = text(state.getWaiting().getReason());
    String message = text(state.getWaiting().getMessage());
    if (PULL_TROUBLE.contains(reason)) {
      return new NoImage(
          "%s: %s".formatted(reason, message),
          reason.equals("InvalidImageName")
              || reason.equals("ErrImageNeverPull")
              || EngineMessage.definite(message));
    }
    if (agentMissing(message)) {
      return new Lost(AGENT_MISSING);
    }
    return START_TROUBLE.contains(reason) ? new Refused("%s: %s".formatted(reason, message)) : null;
  }

  /**
   * A kubelet that cannot start the agent's container for now goes on to the next one, which then
   * lacks what it begins with. Another pod may fare better.
   */
  private static boolean agentMissing(String message) {
    return message.contains(PodNames.ROOT + "/agent")
        && message.contains("no such file or directory");
  }

  /** The scheduler's words when it finds no node; null when it has found one or not looked yet. */
  static @Nullable String unschedulable(Pod pod) {
    for (PodCondition each : pod.getStatus().getConditions()) {
      if ("PodScheduled".equals(each.getType()) && "False".equals(each.getStatus())) {
        return text(each.getMessage());
      }
    }
    return null;
  }

  private static String waitsFor(List<PodCondition> conditions, @Nullable ContainerStatus found) {
    for (PodCondition each : conditions) {
      if ("False".equals(each.getStatus()) && each.getMessage() != null) {
        return "%s: %s".formatted(text(each.getReason()), each.getMessage());
      }
    }
    return found == null || found.getState().getWaiting() == null
        ? "the scheduler"
        : text(found.getState().getWaiting().getReason());
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }
}
