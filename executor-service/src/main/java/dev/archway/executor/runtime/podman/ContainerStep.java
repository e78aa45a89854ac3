package dev.archway.executor.runtime.podman;

import dev.archway.executor.runtime.LogSink;
import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StartFailure;
import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StepResult.NotStarted;
import dev.archway.executor.runtime.log.LogParser;
import dev.archway.executor.runtime.podman.PodmanService.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One container, started once, followed to its end, or joined where it stands. DESIGN.md lists the
 * interleavings with a crash.
 */
final class ContainerStep {
  /** curl's exit code when nobody listens. */
  private static final int NO_CONNECTION = 7;

  private static final Pattern NOT_IN_IMAGE =
      Pattern.compile("command that was not found|permission denied|no such file");
  private static final Duration UNSETTLED = Duration.ofSeconds(5);

  private final PodmanStore store;
  private final Path directory;
  private final String container;
  private final StepEnd end;
  private final Launcher launcher;
  private final Bell bell = new Bell();

  /** The container's, when it was this process that created it. */
  private @Nullable String id;

  ContainerStep(PodmanStore store, Path directory, String container, StepEnd end) {
    this.store = store;
    this.directory = directory;
    this.container = container;
    this.end = end;
    this.launcher = new Launcher(directory);
  }

  /** Makes everything ready that the container needs; may be asked for again. */
  interface Preparation {
    @Nullable NotStarted prepare()
        throws IOException, RuntimeUnavailableException, InterruptedException;
  }

  private record Launched(@Nullable String id, @Nullable StepResult result) {}

  StepResult run(
      Preparation preparation,
      Map<String, Object> request,
      @Nullable Long memoryLimit,
      LogSink sink,
      StepControl control)
      throws IOException, RuntimeUnavailableException, InterruptedException {
    control.subscribe(bell);
    store.exits().subscribe(bell);
    WatchKey key = store.watch().watch(directory, _ -> bell.ring());
    try (LogTail tail = new LogTail(directory.resolve("ctr.log"), new LogParser.K8sFile(), sink)) {
      if (launcher.lastClaim() == 0) {
        StepResult early = end.due();
        StepResult hindered = early != null ? early : create(preparation, request);
        if (hindered != null) {
          return hindered;
        }
      }
      Launched launched = launch(preparation, request);
      if (launched.id() == null) {
        return launched.result() == null
            ? new StepResult.Lost("the container's id is unknown")
            : launched.result();
      }
      return follow(launched.id(), tail, memoryLimit);
    } finally {
      store.watch().unwatch(key);
      store.exits().unsubscribe(bell);
      control.unsubscribe(bell);
    }
  }

  /** Creates the container unless it is there; null when it is. */
  private @Nullable NotStarted create(Preparation preparation, Map<String, Object> request)
      throws IOException, RuntimeUnavailableException, InterruptedException {
    for (int tries = 1; ; tries++) {
      NotStarted hindered = preparation.prepare();
      if (hindered != null) {
        return hindered;
      }
      // Written first: whoever cleans up looks for it.
      launcher.write(store.service().startCommand(container));
      PodmanService.Created created = store.service().create(request);
      id = created.id();
      if (id != null || created.nameInUse()) {
        return null;
      }
      if (!created.imageUnknown() || tries == 2) {
        return new NotStarted(
            StartFailure.ENGINE, "cannot create the container: " + created.message());
      }
      store.images().forget(String.valueOf(request.get("image")));
    }
  }

  private Launched launch(Preparation preparation, Map<String, Object> request)
      throws IOException, RuntimeUnavailableException, InterruptedException {
    int claim = Math.max(1, launcher.lastClaim());
    Process process = null;
    while (true) {
      switch (launcher.state(claim)) {
        case UNCLAIMED -> {
          if (process == null || !process.isAlive()) {
            StepResult early = end.due();
            if (early != null) {
              return new Launched(null, early);
            }
            process = launcher.start(claim);
          }
        }
        case RUNNING -> {}
        case ENDED -> {
          Integer code = launcher.result(claim);
          boolean started = code != null && code == 0;
          if (started && id != null) {
            return new Launched(id, null);
          }
          Found found = store.service().inspect(container);
          if (found != null && (started || launched(found))) {
            return new Launched(found.id(), null);
          }
          if (found == null || code == null || code != NO_CONNECTION) {
            return new Launched(null, refused(launcher.said(claim)));
          }
          // The service had ended: nothing was asked of it.
          store.service().ensure();
          claim++;
          process = null;
        }
        case DEAD -> {
          Found found = store.service().inspect(container);
          if (found != null && launched(found)) {
            return new Launched(found.id(), null);
          }
          if (found != null && !launcher.sameBoot(claim)) {
            // A reboot makes podman forget whether it ran.
            return new Launched(
                null,
                new StepResult.Lost("the machine restarted while the container was starting"));
          }
          // Created, never started, and nobody is left who could start it.
          store.service().remove(container);
          NotStarted hindered = create(preparation, request);
          if (hindered != null) {
            return new Launched(null, hindered);
          }
          claim++;
          process = null;
        }
      }
      bell.await(Duration.ofMillis(50));
    }
  }

  private static boolean launched(Found found) {
    return !List.of("created", "configured", "initialized").contains(found.status());
  }

  private StepResult follow(String id, LogTail tail, @Nullable Long memoryLimit)
      throws IOException, RuntimeUnavailableException, InterruptedException {
    Instant looked = Instant.EPOCH;
    Instant goneSince = null;
    while (true) {
      tail.read();
      Integer code = store.exits().code(id);
      if (code == null) {
        code = savedCode();
      }
      if (code == null && Duration.between(looked, end.now()).toMillis() >= 500) {
        looked = end.now();
        if (!conmonAlive()) {
          Found found = store.service().inspect(container);
          if (found == null) {
            return lost(tail, "container %s is gone".formatted(container));
          }
          if (found.status().equals("exited")) {
            code = found.exitCode();
          } else if (goneSince == null) {
            goneSince = looked;
          } else if (Duration.between(goneSince, looked).compareTo(UNSETTLED) > 0) {
            signal("KILL");
            return lost(
                tail,
                "the monitor of container %s is gone, podman says \"%s\""
                    .formatted(container, found.status()));
          }
        }
      }
      if (code != null) {
        DurableFile.write(directory.resolve("exit"), Integer.toString(code));
        tail.finish();
        return result(code, memoryLimit);
      }
      end.enforce(this::signal);
      bell.await(goneSince == null ? end.patience() : Duration.ofMillis(100));
    }
  }

  private StepResult result(int code, @Nullable Long memoryLimit) throws IOException {
    StepResult killed = end.result();
    if (killed != null) {
      return killed;
    }
    if (code != 0 && memoryLimit != null && Files.exists(directory.resolve("oom"))) {
      return new StepResult.OutOfMemory(memoryLimit, code);
    }
    return new StepResult.Exited(code);
  }

  private StepResult lost(LogTail tail, String detail) throws IOException, InterruptedException {
    tail.finish();
    StepResult killed = end.result();
    return killed != null ? killed : new StepResult.Lost(detail);
  }

  private @Nullable Integer savedCode() throws IOException {
    String text = DurableFile.read(directory.resolve("exit"));
    return text == null ? null : Integer.valueOf(text);
  }

  private boolean conmonAlive() throws IOException {
    String pid = DurableFile.read(directory.resolve("conmon.pid"));
    return pid != null && !pid.isEmpty() && ProcessTable.named(Long.parseLong(pid), "conmon");
  }

  private static NotStarted refused(String said) {
    if (NOT_IN_IMAGE.matcher(said).find()) {
      return new NotStarted(
          StartFailure.INVALID_SPEC,
          "cannot start the container: %s; name an image that has the step's shell"
              .formatted(said));
    }
    return new NotStarted(StartFailure.ENGINE, "cannot start the container: " + said);
  }

  private void signal(String name) throws RuntimeUnavailableException, InterruptedException {
    store.service().signal(container, name);
  }
}
