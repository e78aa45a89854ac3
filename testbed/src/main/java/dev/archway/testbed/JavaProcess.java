package dev.archway.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A Java program that can be started, stopped and killed again and again, always with the same
 * arguments. What it prints goes to {@code NAME.out} in its directory. Not thread-safe.
 */
public final class JavaProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path directory;
  private @Nullable Process process;

  /**
   * One that is not started yet.
   *
   * @param arguments what follows {@code java}
   * @param directory where it runs; made when it is missing
   */
  public JavaProcess(
      String name, List<String> arguments, Map<String, String> environment, Path directory) {
    this.name = name;
    this.command = new ArrayList<>();
    this.command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    this.command.addAll(arguments);
    this.environment = Map.copyOf(environment);
    this.directory = directory;
  }

  /** Starts it; whether it is ready, the caller asks elsewhere. */
  public void start() {
    if (alive()) {
      throw new IllegalStateException(
          name + " runs already (expected: to be stopped before it is started again)");
    }
    try {
      Files.createDirectories(directory);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()));
      builder.environment().putAll(environment);
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name + ": " + e, e);
    }
  }

  /** Is it there? */
  public boolean alive() {
    return process != null && process.isAlive();
  }

  /** Its process id, while it is there or was last. */
  public long pid() {
    if (process == null) {
      throw new IllegalStateException(name + " was never started");
    }
    return process.pid();
  }

  /** SIGTERM, and returns at once. */
  public void requestStop() {
    if (process != null) {
      process.destroy();
    }
  }

  /** SIGTERM, and waits for the end. */
  public void stop() {
    if (process == null) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        kill();
        throw new IllegalStateException(
            "%s did not end within %d s (its output: %s)"
                .formatted(name, PATIENCE.toSeconds(), output()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      kill();
    }
  }

  /** SIGKILL: nothing of it gets to tidy up. */
  public void kill() {
    if (process != null) {
      process.destroyForcibly();
      process.onExit().join();
    }
  }

  /**
   * Complains, with its last words, when it has ended.
   *
   * @throws IllegalStateException then
   */
  public void requireAlive() {
    if (alive()) {
      return;
    }
    String said;
    try {
      said = Files.readString(output());
    } catch (IOException e) {
      said = e.toString();
    }
    int most = 4_000;
    throw new IllegalStateException(
        "%s ended by itself; its last words:%n%s"
            .formatted(name, said.substring(Math.max(0, said.length() - most))));
  }

  /** The file with what it printed. */
  public Path output() {
    return directory.resolve(name + ".out");
  }

  @Override
  public void close() {
    kill();
  }
}
