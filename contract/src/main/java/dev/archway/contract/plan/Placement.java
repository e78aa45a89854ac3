package dev.archway.contract.plan;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.archway.contract.connector.Connector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where and how a stage's containers run: Harness's {@code infrastructure.spec} of type
 * KubernetesDirect (page "CI stage settings"). A runtime that cannot honour a field says so in
 * {@code StageStarted}. Blank values mean unset, here null.
 *
 * @param connector the cluster or machine
 * @param volumes what the containers of Run and Plugin steps mount beside the workspace
 * @param hostNames more names of the pod's own address 127.0.0.1
 * @param initTimeout how long the pod's containers may take to start; null for the executor's own
 * @param podSpecOverlay YAML whose {@code spec} is merged into the pod's; null for nothing
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
    @Nullable SecurityContext containerSecurityContext,
    List<Volume> volumes,
    List<String> hostNames,
    @Nullable Duration initTimeout,
    @Nullable String podSpecOverlay) {
  public Placement {
    hostNames = List.copyOf(hostNames);
    nodeSelector = Map.copyOf(nodeSelector);
    tolerations = List.copyOf(tolerations);
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
    volumes = List.copyOf(volumes);
  }

  /** The same with these volumes. */
  public Placement with(List<Volume> mounted) {
    return new Placement(
        connector,
        namespace,
        serviceAccountName,
        automountServiceAccountToken,
        runAsUser,
        priorityClassName,
        nodeSelector,
        tolerations,
        labels,
        annotations,
        containerSecurityContext,
        mounted,
        hostNames,
        initTimeout,
        podSpecOverlay);
  }

  /** A volume, and where the steps find it; Harness's {@code sharedPaths} are EmptyDirs. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Volume.EmptyDir.class, name = "EmptyDir"),
    @JsonSubTypes.Type(value = Volume.HostPath.class, name = "HostPath"),
    @JsonSubTypes.Type(value = Volume.Claim.class, name = "PersistentVolumeClaim")
  })
  public sealed interface Volume {
    /** Absolute and normal; no two volumes of a stage have the same. */
    String mountPath();

    /**
     * Empty when the stage starts, gone when it ends.
     *
     * @param memory true to keep it in memory
     * @param sizeBytes how much it holds; null for no limit
     */
    record EmptyDir(String mountPath, boolean memory, @Nullable Long sizeBytes) implements Volume {}

    /**
     * A file or folder of the node.
     *
     * @param hostType what must be there, as Kubernetes names it; null for no check
     */
    record HostPath(String mountPath, String path, @Nullable String hostType) implements Volume {}

    /** A claim of the stage's namespace. */
    record Claim(String mountPath, String claimName, boolean readOnly) implements Volume {}
  }

  /** One without volumes, names, an init timeout and an overlay. */
  public Placement(
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
    this(
        connector,
        namespace,
        serviceAccountName,
        automountServiceAccountToken,
        runAsUser,
        priorityClassName,
        nodeSelector,
        tolerations,
        labels,
        annotations,
        containerSecurityContext,
        List.of(),
        List.of(),
        null,
        null);
  }

  /** The same elsewhere. */
  public Placement at(
      Connector connector,
      @Nullable String namespace,
      Map<String, String> nodeSelector,
      List<Toleration> tolerations) {
    return new Placement(
        connector,
        namespace,
        serviceAccountName,
        automountServiceAccountToken,
        runAsUser,
        priorityClassName,
        nodeSelector,
        tolerations,
        labels,
        annotations,
        containerSecurityContext,
        volumes,
        hostNames,
        initTimeout,
        podSpecOverlay);
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
