package dev.archway.executor.runtime.podman;

import dev.archway.contract.image.Platform;
import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StartFailure;
import dev.archway.executor.runtime.StepResult.NotStarted;
import dev.archway.executor.runtime.StopRequest;
import dev.archway.executor.runtime.script.EngineMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The images in one platform's store. What is known to be there is kept in memory. */
final class Images {
  private static final Duration LOOK = Duration.ofMillis(200);

  private final Engine engine;
  private final Platform platform;
  private final Set<String> present = ConcurrentHashMap.newKeySet();
  private final Map<String, ReentrantLock> pulls = new ConcurrentHashMap<>();

  Images(Engine engine, Platform platform) {
    this.engine = engine;
    this.platform = platform;
  }

  /** Learns what the store holds, so that the first step need not ask. */
  void learn() throws RuntimeUnavailableException, InterruptedException {
    Engine.Outcome images =
        engine.run(
            Duration.ofMinutes(1),
            List.of("podman", "images", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}"));
    if (!images.ok()) {
      throw new RuntimeUnavailableException("cannot list images: " + images.err());
    }
    for (String line : images.out().lines().toList()) {
      String name = line.substring(0, line.indexOf(' '));
      if (!name.contains("<none>") && !name.startsWith("localhost/archway/") && ofPlatform(name)) {
        present.add(name);
      }
    }
  }

  /**
   * Makes sure that the image is in the store; null when it is.
   *
   * @param stop ends a pull, and the wait for another step's
   */
  @Nullable NotStarted ensure(
      String name,
      @Nullable String policy,
      boolean plainHttp,
      @Nullable Path authFile,
      Duration limit,
      StopRequest stop)
      throws RuntimeUnavailableException, InterruptedException {
    boolean always = "Always".equalsIgnoreCase(policy);
    if (!always && present.contains(name)) {
      return null;
    }
    ReentrantLock pull = pulls.computeIfAbsent(name, _ -> new ReentrantLock());
    while (!pull.tryLock(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
      if (stop.grace() != null) {
        return new NotStarted(
            StartFailure.IMAGE_UNREACHABLE, "stopped while image %s was pulled".formatted(name));
      }
    }
    try {
      if (!always && (present.contains(name) || ofPlatform(name))) {
        present.add(name);
        return null;
      }
      if ("Never".equalsIgnoreCase(policy)) {
        return new NotStarted(
            StartFailure.IMAGE,
            "cannot use image %s: it is not in the store of %s (imagePullPolicy is Never)"
                .formatted(name, platform));
      }
      return pull(name, plainHttp, authFile, limit, stop);
    } finally {
      pull.unlock();
    }
  }

  /** Forgets that the image is there, after the engine said it is not. */
  void forget(String name) {
    present.remove(name);
  }

  private @Nullable NotStarted pull(
      String name, boolean plainHttp, @Nullable Path authFile, Duration limit, StopRequest stop)
      throws RuntimeUnavailableException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("podman", "pull", "-q", "--platform", platform.toString()));
    if (plainHttp) {
      command.add("--tls-verify=false");
    }
    if (authFile != null) {
      command.addAll(List.of("--authfile", authFile.toString()));
    }
    command.add(name);
    Engine.Outcome pulled = engine.run(limit, command, stop);
    if (!pulled.ok()) {
      String message = EngineMessage.first(pulled.err());
      return new NotStarted(
          EngineMessage.definite(message) ? StartFailure.IMAGE : StartFailure.IMAGE_UNREACHABLE,
          "cannot pull image %s for %s: %s".formatted(name, platform, message));
    }
    if (!ofPlatform(name)) {
      return new NotStarted(
          StartFailure.IMAGE,
          "cannot use image %s: it is not built for %s; name an image that is"
              .formatted(name, platform));
    }
    present.add(name);
    return null;
  }

  private boolean ofPlatform(String name) throws RuntimeUnavailableException, InterruptedException {
    Engine.Outcome found =
        engine.run(
            Duration.ofMinutes(1),
            List.of("podman", "image", "inspect", "-f", "{{.Os}}/{{.Architecture}}", name));
    return found.ok() && found.out().equals(platform.os() + "/" + platform.architecture());
  }
}
