package dev.archway.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitsTest {
  @TempDir Path directory;

  @Test
  void whoAsksTooOftenIsToldWhenToComeBack() throws Exception {
    for (String limit : List.of("requests-per-caller", "requests-per-address")) {
      try (Door door = new Door(directory, "--archway.gateway." + limit + "=1");
          ExecutorService many = Executors.newVirtualThreadPerTaskExecutor()) {
        Awaitility.await()
            .atMost(Duration.ofMinutes(2))
            .untilAsserted(() -> {
              List<Future<HttpResponse<String>>> answers = new ArrayList<>();
              for (int i = 0; i < 20; i++) {
                answers.add(many.submit(() -> door.send("GET", "/api/v1/me", Door.SERVER_TOKEN)));
              }
              List<HttpResponse<String>> refused = new ArrayList<>();
              for (Future<HttpResponse<String>> answer : answers) {
                if (answer.get().statusCode() == 429) {
                  refused.add(answer.get());
                }
              }
              assertThat(refused)
                  .isNotEmpty()
                  .allSatisfy(response -> {
                    assertThat(response.headers().firstValue("Retry-After")).hasValue("1");
                    assertThat(Door.problem(response).status()).isEqualTo(429);
                  });
            });
      }
    }
  }

  @Test
  void browsersAreToldWhatTheyMayDo() throws Exception {
    try (Door door = new Door(directory, "--archway.gateway.cors-origins=https://ci.example")) {
      HttpResponse<String> answer =
          door.send(origin(door, "https://ci.example").header("Authorization", "Bearer x"));
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
          .hasValue("https://ci.example");
      assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
      assertThat(answer.headers().firstValue("X-Frame-Options")).hasValue("DENY");
      assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
          .startsWith("default-src 'none'")
          .doesNotContain("unsafe");
      HttpResponse<String> preflight =
          door.send(
              origin(door, "https://ci.example")
                  .header("Access-Control-Request-Method", "DELETE")
                  .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
      assertThat(preflight.statusCode()).isEqualTo(200);
      assertThat(preflight.headers().firstValue("Access-Control-Allow-Methods").orElseThrow())
          .contains("DELETE");
      assertThat(door.send(origin(door, "https://evil.example")).statusCode()).isEqualTo(403);
    }
  }

  @Test
  void aServiceThatTakesTooLongIsNotWaitedFor() throws Exception {
    try (Door door = new Door(directory, "--archway.gateway.answer-timeout=200ms")) {
      HttpResponse<String> answer = door.send("GET", "/api/v1/executions/slow", Door.SERVER_TOKEN);
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).hasValue("2");
    }
  }

  @Test
  void aRequestThatIsUnderWayIsAnsweredBeforeTheGatewayEnds() throws Exception {
    try (Door door = new Door(directory, "--spring.lifecycle.timeout-per-shutdown-phase=2m");
        ExecutorService others = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<HttpResponse<String>> slow =
          others.submit(() -> door.send("GET", "/api/v1/executions/slow", Door.SERVER_TOKEN));
      assertThat(door.slowArrived.await(1, TimeUnit.MINUTES)).isTrue();
      Future<?> close = others.submit(door::closeGateway);
      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> refusesConnections(door));
      door.slowMayGoOn.countDown();
      assertThat(slow.get().statusCode()).isEqualTo(200);
      close.get();
    }
  }

  private static boolean refusesConnections(Door door) throws Exception {
    try (HttpClient fresh = HttpClient.newHttpClient()) {
      fresh.send(door.request("/").build(), HttpResponse.BodyHandlers.discarding());
      return false;
    } catch (IOException _) {
      return true;
    }
  }

  private static HttpRequest.Builder origin(Door door, String origin) {
    return door.request("/api/v1/executions").header("Origin", origin);
  }
}
