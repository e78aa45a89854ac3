package dev.archway.contract.connector;

import java.util.List;

/**
 * What stages may ask for on a cluster beyond an ordinary pod; by default nothing.
 *
 * @param privileged true lets steps run privileged, which is as good as root on the node
 * @param serviceAccounts the service accounts that stages may name; {@code default} needs no
 *     permission
 * @param hostPaths the paths of its nodes that stages may mount, exactly as listed
 */
public record ClusterAllowances(
    boolean privileged, List<String> serviceAccounts, List<String> hostPaths) {
  public static final ClusterAllowances NONE = new ClusterAllowances(false, List.of());

  public ClusterAllowances {
    serviceAccounts = List.copyOf(serviceAccounts);
    hostPaths = List.copyOf(hostPaths);
  }

  /** The same without the nodes' paths. */
  public ClusterAllowances(boolean privileged, List<String> serviceAccounts) {
    this(privileged, serviceAccounts, List.of());
  }
}
