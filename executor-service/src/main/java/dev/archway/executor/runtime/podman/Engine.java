package dev.archway.executor.runtime.podman;

import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StopRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Runs short commands of podman and buildah in one platform's private configuration. */
final class Engine {
  private static final Executor READERS = Thread::startVirtualThread;

  private final Map<String, String> environment;

  Engine(Map<String, String> environment) {
    this.environment = environment;
  }

  /** How a command ended. */
  record Outcome(int code, String out, String err) {
    boolean ok() {
      return code == 0;
    }
  }

  /**
   * Runs to the end.
   *
   * @throws RuntimeUnavailableException when it cannot be started or takes longer than the limit
   */
  Outcome run(Duration limit, List<String> command)
      throws RuntimeUnavailableException, InterruptedException {
    return run(limit, command, new StopRequest());
  }

  /**
   * The same.
   *
   * @param stop ends the command with TERM when it comes
   */
  Outcome run(Duration limit, List<String> command, StopRequest stop)
      throws RuntimeUnavailableException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectInput(java.nio.file.Path.of("/dev/null").toFile());
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new RuntimeUnavailableException(
          "cannot start %s: %s; install podman and buildah"
              .formatted(command.getFirst(), e.getMessage()),
          e);
    }
    Runnable end = process::destroy;
    stop.subscribe(end);
    if (stop.grace() != null) {
      end.run();
    }
    try {
      CompletableFuture<String> out =
          CompletableFuture.supplyAsync(() -> text(process.getInputStream()), READERS);
      CompletableFuture<String> err =
          CompletableFuture.supplyAsync(() -> text(process.getErrorStream()), READERS);
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new RuntimeUnavailableException(
            "cannot tell how %s %s went: it did not end within %s"
                .formatted(command.get(0), command.get(1), limit));
      }
      return new Outcome(process.exitValue(), out.join(), err.join());
    } finally {
      stop.unsubscribe(end);
      process.destroyForcibly();
    }
  }

  private static String text(InputStream in) {
    try (in) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
