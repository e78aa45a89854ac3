package dev.archway.standalone;

import dev.archway.contract.api.Submission;
import dev.archway.contract.wire.ContractMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;

/**
 * Uses the running system a little, so that an AOT cache made from this process holds the classes
 * that the first requests need. Needs no connector, container or registry.
 */
final class TrainingRun {
  private static final String PIPELINE =
      """
      pipeline:
        name: training
        identifier: training
        projectIdentifier: default_project
        orgIdentifier: default
        stages:
          - stage:
              name: one
              identifier: one
              type: CI
              spec:
                cloneCodebase: false
                infrastructure:
                  type: KubernetesDirect
                  spec: {connectorRef: none, namespace: <+input>, os: Linux}
                execution:
                  steps:
                    - step: {type: Run, name: a, identifier: a, spec: {shell: Sh, command: "true"}}
      """;

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final String url;
  private final String token;

  TrainingRun(String url, Home home) throws IOException {
    this.url = url;
    this.token = Files.readString(home.token()).strip();
  }

  /**
   * Sends the requests.
   *
   * @throws IllegalStateException when an answer is not the one that a sound system gives
   */
  void run() throws IOException, InterruptedException {
    expect(200, HttpRequest.newBuilder(URI.create(url + "/actuator/health/readiness")));
    expect(401, HttpRequest.newBuilder(URI.create(url + "/api/v1/executions")));
    expect(200, get("/api/v1/executions"));
    expect(200, get("/api/v1/images"));
    expect(422, post("/api/v1/pipelines/validate", PIPELINE));
    expect(422, post("/api/v1/executions", PIPELINE));
    expect(422, post("/api/v1/executions", "pipeline: [\n"));
  }

  private HttpRequest.Builder get(String path) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .header("Authorization", "Bearer " + token);
  }

  private HttpRequest.Builder post(String path, String pipeline) {
    Submission submission = new Submission(pipeline, null, null, null);
    return get(path)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(ContractMapper.json().writeValueAsString(submission)));
  }

  private void expect(int status, HttpRequest.Builder builder)
      throws IOException, InterruptedException {
    HttpRequest request = builder.timeout(Duration.ofSeconds(30)).build();
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    if (response.statusCode() != status) {
      throw new IllegalStateException(
          "%s %s answered %d (expected: %d): %s"
              .formatted(
                  request.method(), request.uri(), response.statusCode(), status, response.body()));
    }
  }
}
