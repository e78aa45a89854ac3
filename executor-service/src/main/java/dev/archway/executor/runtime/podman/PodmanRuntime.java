package dev.archway.executor.runtime.podman;

import dev.archway.contract.image.Platform;
import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StageRuntime;
import dev.archway.executor.runtime.StageSession;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.secret.SecretSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Stages on this machine: Run steps as containers of podman, clone and image builds as host
 * processes, one store per platform. Everything outlives this process.
 */
public final class PodmanRuntime implements StageRuntime {
  private final Map<Platform, PodmanStore> stores = new LinkedHashMap<>();
  private final FileWatch watch;
  private final SecretSource secrets;
  private final Clock clock;

  /**
   * Writes the private configuration of each platform and learns what its store holds.
   *
   * @throws RuntimeUnavailableException when podman does not work here
   */
  public PodmanRuntime(
      PodmanSettings settings, List<Platform> platforms, SecretSource secrets, Clock clock)
      throws RuntimeUnavailableException {
    this.secrets = secrets;
    this.clock = clock;
    try {
      watch = new FileWatch();
      for (Platform platform : platforms) {
        PodmanStore store = PodmanStore.open(settings, platform, watch);
        stores.put(platform, store);
        Thread.ofVirtual().name("images-" + platform.dashed()).start(() -> learn(store));
      }
    } catch (IOException e) {
      throw new RuntimeUnavailableException(
          "cannot prepare podman in %s: %s".formatted(settings.directory(), e.getMessage()), e);
    }
  }

  private static void learn(PodmanStore store) {
    try {
      store.builds().sweep();
      store.service().ensure();
      store.images().learn();
    } catch (RuntimeUnavailableException e) {
      System.getLogger(PodmanRuntime.class.getName())
          .log(
              System.Logger.Level.WARNING, "podman for {0}: {1}", store.platform(), e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Set<Platform> platforms() {
    return Set.copyOf(stores.keySet());
  }

  @Override
  public StageSession open(StageSpec spec, Path directory) throws RuntimeUnavailableException {
    PodmanStore store = stores.get(spec.stage().platform());
    if (store == null) {
      throw new RuntimeUnavailableException(
          "cannot run stage %s: this executor serves %s, not %s"
              .formatted(spec.key(), stores.keySet(), spec.stage().platform()));
    }
    Path home = directory.toAbsolutePath();
    Path workspace = home.resolve("workspace");
    try {
      Files.createDirectories(workspace);
      Files.createDirectories(home.resolve("steps"));
      // As an emptyDir is: steps may run as any user.
      Files.setPosixFilePermissions(workspace, PosixFilePermissions.fromString("rwxrwxrwx"));
      StageVolumes.make(home, spec.stage().placement());
    } catch (IOException e) {
      throw new RuntimeUnavailableException(
          "cannot make the workspace %s: %s".formatted(workspace, e.getMessage()), e);
    }
    return new PodmanSession(store, spec, home, secrets, clock);
  }

  @Override
  public void close() {
    stores.values().forEach(store -> store.service().close());
    watch.close();
  }
}
