package dev.archway.executor.stage;

import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.Placement;
import dev.archway.executor.Engines;
import dev.archway.executor.Samples;
import dev.archway.executor.runtime.StageRuntime;
import dev.archway.executor.runtime.podman.PodmanRuntime;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Caches and uploads on the real podman, with the image that {@code deploy/images} makes. */
final class TransfersOnPodmanIT extends TransferBehaviour {
  TransfersOnPodmanIT(@TempDir Path home) throws Exception {
    super(home, PodmanPlace.start(home));
  }

  private record PodmanPlace(Engines engines, StageRuntime runtime) implements Place {
    static PodmanPlace start(Path home) throws Exception {
      Engines engines = Engines.start(home);
      var _ =
          Engines.shell(
              "../deploy/images/transfer http://%s amd64".formatted(engines.host()), Map.of());
      return new PodmanPlace(
          engines,
          new PodmanRuntime(
              engines.settings(), List.of(Platform.LINUX_AMD64), SECRETS, Clock.systemUTC()));
    }

    @Override
    public Placement placement() {
      return Samples.placement();
    }

    @Override
    public String address() {
      return "127.0.0.1";
    }

    @Override
    public void close() {
      engines.close();
    }
  }
}
