package dev.archway.executor.runtime.podman;

import dev.archway.executor.runtime.RuntimeUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The image builds of one platform's store. A build that is killed leaves buildah's working
 * container, of which nothing tells whose it is: they are removed together, once no build runs. The
 * kernel's lock on a file says so, which every build shares for as long as it lives, whatever
 * becomes of this process. Thread-safe.
 */
final class Builds {
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final Engine engine;
  private final String lock;

  Builds(Engine engine, Path lock) {
    this.engine = engine;
    this.lock = lock.toString();
  }

  /** What a build's command begins with. */
  List<String> shared() {
    return List.of("flock", "--shared", lock);
  }

  /** Removes what killed builds left; does nothing while any build runs. */
  void sweep() throws RuntimeUnavailableException, InterruptedException {
    var _ =
        engine.run(
            LONGEST, List.of("flock", "--exclusive", "--nonblock", lock, "buildah", "rm", "--all"));
  }
}
