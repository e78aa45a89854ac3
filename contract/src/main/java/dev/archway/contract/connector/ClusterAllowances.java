package dev.archway.contract.connector;

import java.util.List;

/**
 * What stages may ask for on a cluster beyond an ordinary pod; by default nothing.
 *
 * @param privileged true lets steps run privileged, which is as good as root on the node
 * @param serviceAccounts the service accounts that stages may name; {@code default} needs no
 *     permission
 * @param hostNamespaces true lets pods share the node's network, processes and IPC
 * @param hostPaths the node's paths that stages may mount, and nothing below: what a stage may
 *     write to could hold links to anywhere
 */
public record ClusterAllowances(
    boolean privileged,
    List<String> serviceAccounts,
    boolean hostNamespaces,
    List<String> hostPaths) {
  public static final ClusterAllowances NONE =
      new ClusterAllowances(false, List.of(), false, List.of());

  public ClusterAllowances {
    serviceAccounts = List.copyOf(serviceAccounts);
    hostPaths = List.copyOf(hostPaths);
  }
}
