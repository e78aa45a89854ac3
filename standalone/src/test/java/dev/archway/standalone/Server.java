package dev.archway.standalone;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The standalone as a process of its own, as {@code ./archway up} runs it. */
final class Server extends Api implements AutoCloseable {
  private final Path home;
  private final List<String> options;
  private final HttpClient http = HttpClient.newHttpClient();
  private Process process;

  /**
   * Starts it and returns when it is ready.
   *
   * @param options settings as on the command line, {@code --name=value}
   */
  Server(Path home, String... options) {
    this.home = home;
    this.options = List.of(options);
    this.process = start(home, this.options);
    awaitReady();
  }

  static Process start(Path home) {
    return start(home, List.of());
  }

  private static Process start(Path home, List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xmx384m",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED"));
    command.addAll(
        List.of(
            "-cp", System.getProperty("java.class.path"), StandaloneApplication.class.getName()));
    command.add("--archway.home=" + home);
    command.addAll(options);
    Path output = home.resolve("server.out");
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitReady() {
    await("the server")
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(100))
        .until(this::ready);
  }

  private boolean ready() {
    if (!process.isAlive()) {
      throw new IllegalStateException(
          "the server ended with " + process.exitValue() + ":\n" + output());
    }
    try {
      return http.send(
                  HttpRequest.newBuilder(URI.create(url() + "/actuator/health/readiness")).build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  String output() {
    return read(home.resolve("server.out"));
  }

  @Override
  String url() {
    return Files.exists(home.resolve("url"))
        ? read(home.resolve("url")).strip()
        : "http://127.0.0.1:1";
  }

  /** SIGKILL: nothing of the server gets to tidy up. */
  void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  void restart() {
    process = start(home, options);
    awaitReady();
  }

  @Override
  String token() {
    return read(home.resolve("token")).strip();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
