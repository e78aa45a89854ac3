package dev.archway.executor.runtime.podman;

import dev.archway.contract.image.Platform;
import java.io.IOException;
import java.util.Map;

/** One platform's store: its private configuration, images and exit codes. */
record PodmanStore(
    Platform platform,
    PodmanSettings settings,
    Map<String, String> environment,
    Engine engine,
    PodmanService service,
    Images images,
    Builds builds,
    ExitFiles exits,
    FileWatch watch) {

  static PodmanStore open(PodmanSettings settings, Platform platform, FileWatch watch)
      throws IOException {
    PrivateConfiguration configuration = PrivateConfiguration.write(settings, platform);
    Engine engine = new Engine(configuration.environment());
    return new PodmanStore(
        platform,
        settings,
        configuration.environment(),
        engine,
        new PodmanService(configuration.environment(), configuration.socket()),
        new Images(engine, platform),
        new Builds(engine, configuration.builds()),
        new ExitFiles(configuration.exits(), watch),
        watch);
  }
}
