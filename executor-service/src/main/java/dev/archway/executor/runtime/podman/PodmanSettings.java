package dev.archway.executor.runtime.podman;

import java.nio.file.Path;
import java.util.List;

/**
 * How podman is used.
 *
 * @param directory where stores and private configuration live
 * @param network podman's {@code --network} for steps and builds
 * @param transferImage the image that moves files between the workspace and buckets
 * @param allowPrivileged false refuses steps that ask for a privileged container
 */
public record PodmanSettings(
    Path directory,
    String network,
    String transferImage,
    boolean allowPrivileged,
    List<Mirror> mirrors,
    List<String> insecureRegistries) {
  public PodmanSettings {
    mirrors = List.copyOf(mirrors);
    insecureRegistries = List.copyOf(insecureRegistries);
  }

  /**
   * A registry that is asked first.
   *
   * @param prefix what it mirrors, such as {@code docker.io}
   * @param location its host and path
   * @param insecure true for plain HTTP or an unknown certificate
   */
  public record Mirror(String prefix, String location, boolean insecure) {}
}
