package dev.archway.standalone;

import static org.awaitility.Awaitility.await;

import dev.archway.contract.api.Accepted;
import dev.archway.contract.api.ExecutionView;
import dev.archway.contract.api.ImageRecord;
import dev.archway.contract.api.LogEntry;
import dev.archway.contract.api.Submission;
import dev.archway.contract.wire.ContractMapper;
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
import java.util.Map;
import java.util.stream.Stream;

/**
 * The standalone as a process of its own, as {@code ./archway up} runs it, and its API as a client
 * sees it.
 */
final class Server implements AutoCloseable {
  private final Path home;
  private final HttpClient http = HttpClient.newHttpClient();
  private Process process;

  Server(Path home) {
    this.home = home;
    this.process = start(home);
    awaitReady();
  }

  static Process start(Path home) {
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
    process = start(home);
    awaitReady();
  }

  HttpResponse<String> submit(String yaml, Map<String, Object> inputs) {
    return post(
        "/api/v1/executions",
        ContractMapper.json().writeValueAsString(new Submission(yaml, inputs, null, null)));
  }

  String submitted(String yaml, Map<String, Object> inputs) {
    return submitted(new Submission(yaml, inputs, null, null));
  }

  String submitted(Submission submission) {
    HttpResponse<String> response =
        post("/api/v1/executions", ContractMapper.json().writeValueAsString(submission));
    if (response.statusCode() != 202) {
      throw new IllegalStateException(
          "not accepted: " + response.statusCode() + " " + response.body());
    }
    return ContractMapper.json().readValue(response.body(), Accepted.class).id().value();
  }

  ExecutionView show(String id) {
    return ContractMapper.json()
        .readValue(get("/api/v1/executions/" + id, "application/json"), ExecutionView.class);
  }

  ExecutionView awaitEnd(String id) {
    await("the end of " + id)
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> show(id).status().ended());
    return show(id);
  }

  List<LogEntry> logs(String id) {
    return get("/api/v1/executions/" + id + "/logs?follow=true", "application/x-ndjson")
        .lines()
        .filter(line -> !line.isBlank())
        .map(line -> ContractMapper.json().readValue(line, LogEntry.class))
        .toList();
  }

  /** The log's lines in text as they come, until the execution has ended. */
  Stream<String> follow(String id) {
    try {
      return http.send(
              authorized("/api/v1/executions/" + id + "/logs?follow=true")
                  .header("Accept", "text/plain")
                  .build(),
              HttpResponse.BodyHandlers.ofLines())
          .body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  List<ImageRecord> images(String execution) {
    return List.of(
        ContractMapper.json()
            .readValue(
                get("/api/v1/images?execution=" + execution, "application/json"),
                ImageRecord[].class));
  }

  HttpResponse<String> post(String path, String json) {
    return send(
        authorized(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  /** Stores a YAML document; fails unless it was taken. */
  void put(String path, String yaml) {
    HttpResponse<String> response =
        send(
            authorized(path)
                .header("Content-Type", "application/yaml")
                .PUT(HttpRequest.BodyPublishers.ofString(yaml)));
    if (response.statusCode() != 200) {
      throw new IllegalStateException(path + ": " + response.statusCode() + " " + response.body());
    }
  }

  String get(String path, String accept) {
    HttpResponse<String> response = send(authorized(path).header("Accept", accept).GET());
    if (response.statusCode() != 200) {
      throw new IllegalStateException(path + ": " + response.statusCode() + " " + response.body());
    }
    return response.body();
  }

  private HttpRequest.Builder authorized(String path) {
    return HttpRequest.newBuilder(URI.create(url() + path))
        .header("Authorization", "Bearer " + read(home.resolve("token")).strip());
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
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
