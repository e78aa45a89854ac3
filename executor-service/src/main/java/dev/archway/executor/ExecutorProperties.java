package dev.archway.executor;

import dev.archway.contract.image.Platform;
import dev.archway.executor.runtime.kubernetes.KubernetesSettings;
import dev.archway.executor.runtime.podman.PodmanSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The executor's settings, {@code archway.executor.*}.
 *
 * @param directory where running stages are kept over restarts; one executor at a time uses it
 * @param platforms what this executor serves, such as {@code linux/amd64}
 * @param capacity stages at once on this machine; 0 means two for each core
 * @param transferImage the image of steps that move files between the workspace and buckets
 * @param podman null where stages run on clusters only
 */
@ConfigurationProperties("archway.executor")
public record ExecutorProperties(
    Path directory,
    List<String> platforms,
    @DefaultValue("0") int capacity,
    @DefaultValue("docker.io/archway/transfer:1") String transferImage,
    @Nullable Podman podman,
    @DefaultValue Kubernetes kubernetes) {
  public ExecutorProperties {
    platforms = List.copyOf(platforms);
    if (platforms.isEmpty()) {
      throw new IllegalArgumentException(
          "archway.executor.platforms: none (expected: at least one, such as linux/amd64)");
    }
    if (capacity < 0) {
      throw new IllegalArgumentException(
          "archway.executor.capacity: %d (expected: 0 or more)".formatted(capacity));
    }
    if (capacity == 0) {
      capacity = 2 * Runtime.getRuntime().availableProcessors();
    }
  }

  List<Platform> served() {
    return platforms.stream().map(Platform::parse).toList();
  }

  /**
   * How podman is used; see {@link PodmanSettings}.
   *
   * @param directory where stores and private configuration live, one folder per platform
   * @param network podman's network for steps and builds
   * @param allowPrivileged whether steps may ask for privilege
   * @param mirrors registries that are asked before the one they mirror
   * @param insecureRegistries hosts that are spoken to by plain HTTP
   */
  public record Podman(
      Path directory,
      @DefaultValue("host") String network,
      @DefaultValue("false") boolean allowPrivileged,
      @DefaultValue List<Mirror> mirrors,
      @DefaultValue List<String> insecureRegistries) {
    PodmanSettings settings(String transferImage) {
      return new PodmanSettings(
          directory,
          network,
          transferImage,
          allowPrivileged,
          mirrors.stream()
              .map(m -> new PodmanSettings.Mirror(m.prefix(), m.location(), m.insecure()))
              .toList(),
          insecureRegistries);
    }
  }

  /**
   * How stages run on Kubernetes; see {@link KubernetesSettings}. Which clusters there are, the
   * connectors say.
   *
   * @param agentImage the image of the program that opens gates and sends logs
   * @param builderImage the image that clone and build steps run in
   * @param initTimeout how long a pod may take until its first step can start
   * @param sweepAfter how long after its end a pod is removed that no executor came for
   * @param capacity stages at once on clusters, which have limits of their own (quotas, room on
   *     nodes); each costs this process a conversation and some 0.3 MB
   * @param mirrors registries that builds ask before the one they mirror
   * @param insecureRegistries hosts that builds may speak plain HTTP to
   * @param buildCache below which repository builds keep their layers, for each repository and
   *     platform one; null keeps none
   * @param certificateAuthorities a file in PEM; null for none beside the usual
   */
  public record Kubernetes(
      @DefaultValue("docker.io/archway/agent:5") String agentImage,
      @DefaultValue("docker.io/archway/builder:3") String builderImage,
      @DefaultValue("8m") Duration initTimeout,
      @DefaultValue("24h") Duration sweepAfter,
      @DefaultValue("200") int capacity,
      @DefaultValue List<Mirror> mirrors,
      @DefaultValue List<String> insecureRegistries,
      @Nullable String buildCache,
      @Nullable Path certificateAuthorities) {
    public Kubernetes {
      if (capacity < 1) {
        throw new IllegalArgumentException(
            "archway.executor.kubernetes.capacity: %d (expected: 1 or more)".formatted(capacity));
      }
    }

    KubernetesSettings settings(String transferImage) {
      return new KubernetesSettings(
          agentImage,
          builderImage,
          transferImage,
          initTimeout,
          sweepAfter,
          mirrors.stream()
              .map(m -> new KubernetesSettings.Mirror(m.prefix(), m.location(), m.insecure()))
              .toList(),
          insecureRegistries,
          buildCache,
          certificateAuthorities == null ? null : read(certificateAuthorities));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "archway.executor.kubernetes.certificate-authorities: %s (expected: a file of certificates in PEM)"
              .formatted(e),
          e);
    }
  }

  /**
   * A registry that is asked before the one it mirrors.
   *
   * @param prefix what images' names begin with
   * @param location where they are asked for instead
   * @param insecure whether that speaks plain HTTP
   */
  public record Mirror(String prefix, String location, @DefaultValue("false") boolean insecure) {}
}
