package dev.archway.executor.runtime.podman;

import dev.archway.executor.runtime.LogSink;
import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StartFailure;
import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StepResult.NotStarted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One container, started once, followed to its end, or joined where it stands. DESIGN.md lists the
 * interleavings with a crash.
 */
final class ContainerStep {
  private static final Duration COMMAND_LIMIT = Duration.ofMinutes(1);
  private static final Duration UNSETTLED = Duration.ofSeconds(5);

  private final PodmanStore store;
  private final Path directory;
  private final String container;
  private final StepEnd end;
  private final Launcher launcher;
  private final Bell bell = new Bell();

  ContainerStep(PodmanStore store, Path directory, String container, StepEnd end) {
    this.store = store;
    this.directory = directory;
    this.container = container;
    this.end = end;
    this.launcher = new Launcher(directory);
  }

  /** Makes everything ready for the launcher; called only while nothing was ever claimed. */
  interface Preparation {
    @Nullable NotStarted prepare(Launcher launcher)
        throws IOException, RuntimeUnavailableException, InterruptedException;
  }

  /** What podman says of the container. */
  private record Found(String id, String status, int code) {}

  private record Launched(@Nullable String id, @Nullable StepResult result) {}

  StepResult run(
      Preparation preparation,
      Map<String, String> environment,
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
        StepResult hindered = early != null ? early : preparation.prepare(launcher);
        if (hindered != null) {
          return hindered;
        }
      }
      Launched launched = launch(preparation, environment);
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

  private Launched launch(Preparation preparation, Map<String, String> environment)
      throws IOException, RuntimeUnavailableException, InterruptedException {
    int claim = Math.max(1, launcher.lastClaim());
    Process process = null;
    int refusals = 0;
    while (true) {
      switch (launcher.state(claim)) {
        case UNCLAIMED -> {
          if (process == null || !process.isAlive()) {
            StepResult early = end.due();
            if (early != null) {
              return new Launched(null, early);
            }
            process = launcher.start(claim, environment);
          }
        }
        case RUNNING -> {}
        case ENDED -> {
          Integer code = launcher.result(claim);
          if (code != null && code == 0) {
            return new Launched(launcher.output(claim), null);
          }
          String errors = launcher.errors(claim);
          Found found = inspect();
          if (found != null && errors.contains("already in use")) {
            return new Launched(found.id(), null);
          }
          if (errors.contains("image not known") && refusals++ == 0) {
            store.images().forget(imageOf());
            NotStarted hindered = preparation.prepare(launcher);
            if (hindered != null) {
              return new Launched(null, hindered);
            }
            claim++;
            process = null;
          } else {
            return new Launched(null, refused(code == null ? 125 : code, errors));
          }
        }
        case DEAD -> {
          Found found = inspect();
          if (found == null) {
            claim++;
          } else if (launched(found)) {
            return new Launched(found.id(), null);
          } else if (launcher.sameBoot(claim)) {
            // Created, never started, and nobody is left who could start it.
            remove();
            claim++;
          } else {
            // A reboot makes podman forget whether it ran.
            return new Launched(
                null,
                new StepResult.Lost("the machine restarted while the container was starting"));
          }
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
          Found found = inspect();
          if (found == null) {
            return lost(tail, "container %s is gone".formatted(container));
          }
          if (found.status().equals("exited")) {
            code = found.code();
          } else if (goneSince == null) {
            goneSince = looked;
          } else if (Duration.between(goneSince, looked).compareTo(UNSETTLED) > 0) {
            var _ = signal("KILL");
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
      end.enforce(name -> signal(name));
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

  private String imageOf() throws IOException {
    String image = DurableFile.read(directory.resolve("image"));
    return image == null ? "" : image;
  }

  private static NotStarted refused(int code, String errors) {
    String message = Images.message(errors);
    if (code == 126 || code == 127) {
      return new NotStarted(
          StartFailure.INVALID_SPEC,
          "cannot start the container: %s; name an image that has the step's shell"
              .formatted(message));
    }
    return new NotStarted(StartFailure.ENGINE, "cannot start the container: " + message);
  }

  private @Nullable Found inspect() throws RuntimeUnavailableException, InterruptedException {
    Engine.Outcome outcome =
        store
            .engine()
            .run(
                COMMAND_LIMIT,
                List.of(
                    "podman",
                    "inspect",
                    "--type",
                    "container",
                    "-f",
                    "{{.Id}} {{.State.Status}} {{.State.ExitCode}}",
                    container));
    if (outcome.ok()) {
      String[] parts = outcome.out().split(" ", -1);
      return new Found(parts[0], parts[1], Integer.parseInt(parts[2]));
    }
    if (outcome.err().contains("no such")) {
      return null;
    }
    throw new RuntimeUnavailableException(
        "cannot inspect container %s: %s".formatted(container, outcome.err()));
  }

  private void remove() throws RuntimeUnavailableException, InterruptedException {
    Engine.Outcome outcome =
        store.engine().run(COMMAND_LIMIT, List.of("podman", "rm", "-f", container));
    if (!outcome.ok() && !outcome.err().contains("no such")) {
      throw new RuntimeUnavailableException(
          "cannot remove container %s: %s".formatted(container, outcome.err()));
    }
  }

  private Engine.Outcome signal(String name)
      throws RuntimeUnavailableException, InterruptedException {
    return store.engine().run(COMMAND_LIMIT, List.of("podman", "kill", "-s", name, container));
  }
}
