package dev.archway.connector;

import dev.archway.contract.connector.EcrAccess;
import dev.archway.contract.wire.ContractMapper;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Asks Amazon ECR for a token (Amazon ECR API reference, GetAuthorizationToken). */
final class EcrToken {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final String TARGET = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";

  private EcrToken() {}

  static RegistryLogin fetch(EcrAccess ecr, AwsSignature.Key key, HttpClient http) {
    Map<String, String> headers =
        new TreeMap<>(
            Map.of(
                "content-type",
                "application/x-amz-json-1.1",
                "host",
                ecr.endpoint().getRawAuthority(),
                "x-amz-target",
                TARGET));
    AwsSignature.Request request = new AwsSignature.Request("POST", path(ecr), "", headers, "{}");
    HttpRequest.Builder post =
        HttpRequest.newBuilder(ecr.endpoint())
            .timeout(PATIENCE)
            .POST(HttpRequest.BodyPublishers.ofString("{}"));
    AwsSignature.sign(request, key, ecr.region(), "ecr", Instant.now())
        .forEach((name, value) -> {
          // The client sets it itself, to the same.
          if (!name.equals("host")) {
            post.header(name, value);
          }
        });
    try {
      HttpResponse<String> answer = http.send(post.build(), HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new SecretUnavailableException(
            "cannot get a token from %s: status %d %s (expected: 200)"
                .formatted(ecr.endpoint(), answer.statusCode(), reason(answer.body())));
      }
      return login(ecr, answer.body());
    } catch (IOException e) {
      throw new SecretUnavailableException(
          "cannot get a token from %s: %s".formatted(ecr.endpoint(), e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SecretUnavailableException(
          "cannot get a token from %s: interrupted".formatted(ecr.endpoint()));
    }
  }

  private static String path(EcrAccess ecr) {
    String path = ecr.endpoint().getRawPath();
    return path == null || path.isEmpty() ? "/" : path;
  }

  /** The body may be anybody's; only its kind of error is told. */
  private static String reason(String body) {
    try {
      String type = ContractMapper.json().readTree(body).path("__type").asString("");
      return type.matches("[A-Za-z0-9.#_]{1,100}") ? type : "";
    } catch (JacksonException e) {
      return "";
    }
  }

  private static RegistryLogin login(EcrAccess ecr, String body) {
    try {
      JsonNode token =
          ContractMapper.json()
              .readTree(body)
              .path("authorizationData")
              .path(0)
              .path("authorizationToken");
      String pair =
          new String(Base64.getDecoder().decode(token.asString("")), StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      if (colon > 0) {
        return new RegistryLogin(pair.substring(0, colon), pair.substring(colon + 1));
      }
    } catch (JacksonException | IllegalArgumentException e) {
      // Told below, without what may hold a token.
    }
    throw new SecretUnavailableException(
        "cannot get a token from %s: its answer holds none (expected: authorizationData with an authorizationToken)"
            .formatted(ecr.endpoint()));
  }
}
