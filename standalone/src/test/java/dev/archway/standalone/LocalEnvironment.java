package dev.archway.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A private Archway home with everything the demo has around it: local registry, base image, sample
 * repository, connectors. Made by the same scripts that the launcher uses.
 */
final class LocalEnvironment implements AutoCloseable {
  static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();

  private final Path home;
  private final Map<String, String> variables;

  LocalEnvironment(Path home) {
    this.home = home;
    this.variables =
        Map.of(
            "ARCHWAY_HOME", home.toString(),
            "ARCHWAY_PORT", Integer.toString(freePort()),
            "ARCHWAY_REGISTRY_PORT", Integer.toString(freePort()));
    script("environment");
  }

  Path home() {
    return home;
  }

  /** Where the local registry answers, {@code localhost:port}. */
  String registry() {
    return "localhost:" + registryPort();
  }

  int registryPort() {
    try {
      return Integer.parseInt(Files.readString(home.resolve("registry/port")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void stopRegistry() {
    script("registry", "stop");
  }

  void startRegistry() {
    script("registry", "start");
  }

  /**
   * Runs a command with this environment and returns what it printed; fails on any exit code but 0.
   */
  String run(String... command) {
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).directory(CHECKOUT.toFile());
      builder.environment().putAll(variables);
      Process process = builder.start();
      String output =
          new String(
              process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        throw new IllegalStateException(
            "%s ended with %d:%n%s".formatted(List.of(command), code, output));
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void script(String name, String... arguments) {
    run(
        Stream.concat(
                Stream.of(CHECKOUT.resolve("deploy/local/" + name).toString()),
                Stream.of(arguments))
            .toArray(String[]::new));
  }

  @Override
  public void close() {
    stopRegistry();
    run("sh", "-c", "umount -R \"" + home + "\"/podman*/*/graph/overlay 2>/dev/null; true");
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
