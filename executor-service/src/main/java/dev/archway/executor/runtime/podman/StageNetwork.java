package dev.archway.executor.runtime.podman;

import dev.archway.contract.id.StageKey;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.StepPlan.Run;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The network of a stage's containers. Where there is a service, all of them have the same one, as
 * on Kubernetes, so that they reach it at {@code localhost}: the host's, or that of a pod. Pure.
 *
 * @param network podman's network mode, or a network's name
 * @param pod the pod's name; null for none
 * @param hosts names of hosts with their addresses, {@code name:address}
 */
record StageNetwork(String network, @Nullable String pod, List<String> hosts) {
  private static final Set<String> MODES =
      Set.of("host", "none", "bridge", "private", "slirp4netns", "pasta");

  static StageNetwork of(StageKey key, StagePlan stage, String network) {
    List<String> hosts =
        stage.steps().stream()
            .filter(step -> step instanceof Run run && run.background())
            .map(StepPlan::id)
            .map(id -> id + ":127.0.0.1")
            .toList();
    String pod =
        hosts.isEmpty() || network.equals("host")
            ? null
            : "archway-%s-%s-%d".formatted(key.execution(), key.stage(), key.attempt());
    return new StageNetwork(network, pod, hosts);
  }

  /** Adds what a container's request says of it. */
  void addTo(Map<String, Object> request) {
    if (pod == null) {
      network(request);
    } else {
      request.put("pod", pod);
    }
  }

  /** The body of the request for the pod. */
  Map<String, Object> podRequest(Map<String, String> labels) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("name", pod);
    request.put("labels", labels);
    request.put("shared_namespaces", List.of("net"));
    network(request);
    return request;
  }

  private void network(Map<String, Object> request) {
    if (MODES.contains(network)) {
      request.put("netns", Map.of("nsmode", network));
    } else {
      request.put("netns", Map.of("nsmode", "bridge"));
      request.put("networks", Map.of(network, Map.of()));
    }
    if (!hosts.isEmpty()) {
      request.put("hostadd", hosts);
    }
  }
}
