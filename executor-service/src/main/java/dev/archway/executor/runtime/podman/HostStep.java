package dev.archway.executor.runtime.podman;

import dev.archway.executor.runtime.LogSink;
import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StopRequest;
import dev.archway.executor.runtime.log.LogParser;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One script on this machine, started once, followed to its end, or joined where it stands. */
final class HostStep {
  private final PodmanStore store;
  private final Path directory;
  private final StepEnd end;
  private final Launcher launcher;
  private final Bell bell = new Bell();

  HostStep(PodmanStore store, Path directory, StepEnd end) {
    this.store = store;
    this.directory = directory;
    this.end = end;
    this.launcher = new Launcher(directory);
  }

  /** Writes the script {@code script.sh}; called only while nothing was ever claimed. */
  interface Preparation {
    @Nullable StepResult prepare() throws IOException;
  }

  /** Reads the result of a script that ended by itself. */
  interface Reading {
    StepResult read(int exitCode) throws IOException;
  }

  StepResult run(
      Preparation preparation,
      Map<String, String> environment,
      Reading reading,
      LogSink sink,
      StopRequest control)
      throws IOException, RuntimeUnavailableException, InterruptedException {
    control.subscribe(bell);
    WatchKey key = store.watch().watch(directory, _ -> bell.ring());
    LogParser parser = new LogParser.Plain(Clock.systemUTC());
    try (LogTail tail = new LogTail(directory.resolve("out.log"), parser, sink)) {
      if (!launcher.claimed()) {
        StepResult early = end.due();
        StepResult hindered = early != null ? early : preparation.prepare();
        if (hindered != null) {
          return hindered;
        }
      }
      return follow(environment, reading, tail);
    } finally {
      store.watch().unwatch(key);
      control.unsubscribe(bell);
    }
  }

  private StepResult follow(Map<String, String> environment, Reading reading, LogTail tail)
      throws IOException, InterruptedException {
    Process process = null;
    while (true) {
      tail.read();
      switch (launcher.state()) {
        case UNCLAIMED -> {
          if (process == null || !process.isAlive()) {
            StepResult early = end.due();
            if (early != null) {
              return early;
            }
            process = launcher.start(environment);
          }
        }
        case RUNNING -> end.enforce(this::signal);
        case ENDED -> {
          tail.finish();
          StepResult killed = end.result();
          Integer code = launcher.result();
          return killed != null ? killed : reading.read(code == null ? -1 : code);
        }
        case DEAD -> {
          tail.finish();
          StepResult killed = end.result();
          return killed != null
              ? killed
              : new StepResult.Lost("the process that carried out the step is gone");
        }
      }
      bell.await(end.patience());
    }
  }

  /** The launcher leads a process group of its own, which holds everything it started. */
  private void signal(String name)
      throws IOException, RuntimeUnavailableException, InterruptedException {
    ProcessTable.Owner owner = launcher.owner();
    if (owner != null && ProcessTable.alive(owner)) {
      var _ =
          store
              .engine()
              .run(Duration.ofSeconds(10), List.of("kill", "-s", name, "--", "-" + owner.pid()));
    }
  }
}
