package dev.archway.connector;

import dev.archway.contract.wire.ContractMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The beginning of an HTTP answer: whoever is at the other end, no more is read. */
record Answer(int status, HttpHeaders headers, String body) {
  private static final int MOST = 64 * 1024;
  private static final int SHOWN = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  static Answer of(HttpClient http, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        http.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      return new Answer(
          response.statusCode(),
          response.headers(),
          new String(body.readNBytes(MOST), StandardCharsets.UTF_8));
    }
  }

  /** Empty where it is no JSON. */
  JsonNode json() {
    try {
      return ContractMapper.json().readTree(body);
    } catch (JacksonException e) {
      return ContractMapper.json().createObjectNode();
    }
  }

  /** {@code status 403 (DENIED: …)}, with the reasons of an OCI registry or of Kubernetes. */
  String reason() {
    JsonNode first = json().path("errors").path(0);
    String told =
        first.isObject()
            ? first.path("code").asString("") + ": " + first.path("message").asString("")
            : json().path("message").asString(json().path("error_description").asString(""));
    String clean = told.replaceAll("\\p{Cntrl}", " ");
    return "status %d%s"
        .formatted(
            status,
            clean.isBlank()
                ? ""
                : " (" + clean.substring(0, Math.min(clean.length(), SHOWN)) + ")");
  }
}
