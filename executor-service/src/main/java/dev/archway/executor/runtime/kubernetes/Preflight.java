package dev.archway.executor.runtime.kubernetes;

import dev.archway.contract.connector.Connector.K8sCluster;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.StepPlan.Run;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.runtime.StartFailure;
import dev.archway.executor.runtime.StepResult.NotStarted;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What can be told of a stage on a cluster before it has a pod: whether the connector allows it,
 * and whether a node of its platform is Ready.
 */
final class Preflight {
  static final Duration NODES_KNOWN = Duration.ofMinutes(1);
  static final Duration NODES_FRESH = Duration.ofSeconds(2);

  private final Cluster cluster;
  private final StageSpec spec;

  Preflight(Cluster cluster, StageSpec spec) {
    this.cluster = cluster;
    this.spec = spec;
  }

  /**
   * What keeps the stage from this cluster; null when nothing.
   *
   * @param age how old the list of nodes may be
   */
  @Nullable NotStarted hindrance(Duration age) {
    Placement placement = spec.stage().placement();
    if (!(placement.connector() instanceof K8sCluster connector)) {
      throw new IllegalArgumentException("not a cluster: " + placement.connector().ref());
    }
    for (StepPlan step : spec.stage().steps()) {
      if (step instanceof Run run
          && PodTemplate.privileged(run, placement)
          && !connector.allowed().privileged()) {
        return new NotStarted(
            StartFailure.INVALID_SPEC,
            "cannot run step %s privileged: connector %s does not allow it; set allow.privileged there or drop privileged"
                .formatted(run.id(), connector.ref()));
      }
    }
    String account = placement.serviceAccountName();
    if (account != null
        && !account.equals("default")
        && !connector.allowed().serviceAccounts().contains(account)) {
      return new NotStarted(
          StartFailure.INVALID_SPEC,
          "cannot run as service account %s: connector %s does not allow it; list it there under allow.serviceAccounts or drop serviceAccountName"
              .formatted(account, connector.ref()));
    }
    List<Node> nodes = cluster.nodes(age);
    Platform platform = spec.stage().platform();
    if (nodes != null && nodes.stream().noneMatch(n -> ready(n) && of(n, platform))) {
      return new NotStarted(
          StartFailure.UNSCHEDULABLE,
          "cannot run %s on connector %s: none of its %d nodes is Ready and of that platform"
              .formatted(platform, connector.ref(), nodes.size()));
    }
    return null;
  }

  private static boolean of(Node node, Platform platform) {
    Map<String, String> labels = node.getMetadata().getLabels();
    return platform.architecture().equals(labels.get("kubernetes.io/arch"))
        && platform.os().equals(labels.getOrDefault("kubernetes.io/os", platform.os()));
  }

  private static boolean ready(Node node) {
    return node.getStatus().getConditions().stream()
        .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  /**
   * True when a pod's node emulates the platform: its kubelet is of another. Before a node has been
   * chosen, when every node that may be does.
   */
  boolean emulated(@Nullable Pod pod) {
    List<Node> nodes = cluster.nodes(NODES_KNOWN);
    if (nodes == null) {
      return false;
    }
    Platform platform = spec.stage().platform();
    String chosen = pod == null ? null : pod.getSpec().getNodeName();
    List<Node> possible =
        nodes.stream()
            .filter(n ->
                chosen == null
                    ? ready(n) && of(n, platform)
                    : n.getMetadata().getName().equals(chosen))
            .toList();
    return !possible.isEmpty()
        && possible.stream()
            .noneMatch(
                n -> platform.architecture().equals(n.getStatus().getNodeInfo().getArchitecture()));
  }
}
