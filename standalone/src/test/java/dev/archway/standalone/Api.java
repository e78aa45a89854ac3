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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The API as a client sees it, whatever answers. */
abstract class Api {
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

  /** The server's root, without a slash at its end. */
  abstract String url();

  /** What the caller shows. */
  abstract String token();

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
        .header("Authorization", "Bearer " + token());
  }

  /** Asks, and returns the answer of whatever status. */
  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
