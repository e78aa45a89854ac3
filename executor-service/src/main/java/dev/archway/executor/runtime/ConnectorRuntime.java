package dev.archway.executor.runtime;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.image.Platform;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sends each stage to the runtime that its connector is for. */
public final class ConnectorRuntime implements StageRuntime {
  private final Set<Platform> platforms;
  private final @Nullable StageRuntime podman;
  private final StageRuntime kubernetes;

  /**
   * One runtime made of two.
   *
   * @param podman null where this executor has none
   */
  public ConnectorRuntime(
      Set<Platform> platforms, @Nullable StageRuntime podman, StageRuntime kubernetes) {
    this.platforms = Set.copyOf(platforms);
    this.podman = podman;
    this.kubernetes = kubernetes;
  }

  @Override
  public Set<Platform> platforms() {
    return platforms;
  }

  @Override
  public StageSession open(StageSpec spec, Path directory)
      throws RuntimeUnavailableException, InterruptedException {
    Connector connector = spec.stage().placement().connector();
    return switch (connector) {
      case Connector.K8sCluster _ -> kubernetes.open(spec, directory);
      case Connector.LocalPodman _ -> {
        if (podman == null) {
          throw new RuntimeUnavailableException(
              "cannot run stage %s with podman: this executor has none; set archway.executor.podman.directory"
                  .formatted(spec.key()));
        }
        yield podman.open(spec, directory);
      }
      case Connector.DockerRegistry _, Connector.Git _, Connector.Cloud _ ->
          throw new IllegalArgumentException(
              "connector %s is no place for stages".formatted(connector.ref()));
    };
  }

  @Override
  public void close() {
    if (podman != null) {
      podman.close();
    }
    kubernetes.close();
  }
}
