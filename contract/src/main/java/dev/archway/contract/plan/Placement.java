package dev.archway.contract.plan;

import dev.archway.contract.connector.Connector;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where and how a stage's containers run: Harness's {@code infrastructure.spec} of type
 * KubernetesDirect (page "CI stage settings"). A runtime that cannot honour a field says so in
 * {@code StageStarted}. Blank values mean unset, here null.
 *
 * @param connector the cluster or machine
 */
public record Placement(
    Connector connector,
    @Nullable String namespace,
    @Nullable String serviceAccountName,
    @Nullable Boolean automountServiceAccountToken,
    @Nullable Long runAsUser,
    @Nullable String priorityClassName,
    Map<String, String> nodeSelector,
    List<Toleration> tolerations,
    Map<String, String> labels,
    Map<String, String> annotations,
    @Nullable SecurityContext containerSecurityContext) {
  public Placement {
    nodeSelector = Map.copyOf(nodeSelector);
    tolerations = List.copyOf(tolerations);
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
  }

  /** A Kubernetes toleration, field by field as Kubernetes names them. */
  public record Toleration(
      @Nullable String key,
      @Nullable String operator,
      @Nullable String value,
      @Nullable String effect,
      @Nullable Long tolerationSeconds) {}

  /** The part of a Kubernetes container security context that Harness documents. */
  public record SecurityContext(
      @Nullable Boolean privileged,
      @Nullable Boolean allowPrivilegeEscalation,
      @Nullable Long runAsUser,
      @Nullable Long runAsGroup,
      @Nullable Boolean runAsNonRoot,
      @Nullable Boolean readOnlyRootFilesystem,
      List<String> addCapabilities,
      List<String> dropCapabilities) {
    public SecurityContext {
      addCapabilities = List.copyOf(addCapabilities);
      dropCapabilities = List.copyOf(dropCapabilities);
    }
  }
}
