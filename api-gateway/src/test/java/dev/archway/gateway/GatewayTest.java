package dev.archway.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.archway.contract.api.ProblemDocument;
import dev.archway.contract.wire.ContractMapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The whole gateway, one for all tests, before real HTTP servers that tell what they were asked.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatewayTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final List<String> STREAMS =
      List.of("text/event-stream", "application/x-ndjson", "text/plain;charset=UTF-8");

  private Path directory;
  private CountDownLatch finishStream = new CountDownLatch(1);
  private CountDownLatch nobodyListens = new CountDownLatch(1);
  private HttpServer planner;
  private HttpServer registry;
  private HttpServer logs;
  private ConfigurableApplicationContext context;

  @BeforeAll
  void start(@TempDir Path home) throws IOException {
    directory = home;
    planner = backend("planner");
    registry = backend("registry");
    logs = backend("logs");
    context =
        new SpringApplication(GatewayConfiguration.class)
            .run(
                "--spring.config.name=api-gateway",
                "--server.port=0",
                "--archway.service-token=inside",
                "--spring.datasource.url=jdbc:h2:mem:" + java.util.UUID.randomUUID(),
                "--archway.gateway.planner-url=" + url(planner),
                "--archway.gateway.registry-url=" + url(registry),
                "--archway.gateway.log-url=" + url(logs),
                "--archway.gateway.body-limit=1000B",
                "--archway.gateway.retry-after=1s",
                "--archway.gateway.tokens-file=" + directory.resolve("tokens"));
  }

  @BeforeEach
  void startAnew() throws IOException {
    finishStream = new CountDownLatch(1);
    nobodyListens = new CountDownLatch(1);
    Files.writeString(directory.resolve("tokens"), "# people\nuser-token\n\nother-token\n");
  }

  @AfterEach
  void endStreams() {
    finishStream.countDown();
    nobodyListens.countDown();
  }

  @AfterAll
  void stop() {
    context.close();
    for (HttpServer server : List.of(planner, registry, logs)) {
      server.stop(0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/executions,planner",
    "/api/v1/executions?status=Failed,planner",
    "/api/v1/executions/abcdefgh,planner",
    "/api/v1/executions/abcdefgh/events,planner",
    "/api/v1/executions/abcdefgh/logs?stage=a&step=b,logs",
    "/api/v1/schema/pipeline,planner",
    "/api/v1/images?repository=localhost%3A5000%2Fmy-repo%2Fdemo,registry",
    "/api/v1/images/localhost:5000/my-repo/demo/tags/1.0/history,registry"
  })
  void requestsReachTheirServiceUnderTheServiceToken(String path, String service) throws Exception {
    HttpResponse<String> response = send(authorized(path));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(service + " GET " + path + " [Bearer inside] 0");
  }

  @Test
  void aBodyIsPassedOn() throws Exception {
    assertThat(
            send(authorized("/api/v1/executions")
                    .header("Content-Type", "application/yaml")
                    .POST(HttpRequest.BodyPublishers.ofString("pipeline: {}")))
                .body())
        .isEqualTo("planner POST /api/v1/executions [Bearer inside] 12");
    HttpResponse<String> wrongMethod = send(authorized("/api/v1/pipelines/validate"));
    assertThat(problem(wrongMethod).status()).isEqualTo(405);
    assertThat(wrongMethod.headers().firstValue("Allow")).hasValue("POST");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer no", "Bearer inside", "Basic user-token", "Bearer # people"})
  void whoShowsNoUserTokenIsRefused(String authorization) throws Exception {
    HttpRequest.Builder request = request("/api/v1/executions");
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    HttpResponse<String> response = send(request);
    assertThat(problem(response).status()).isEqualTo(401);
    assertThat(response.headers().firstValue("WWW-Authenticate"))
        .hasValue("Bearer realm=\"archway\"");
  }

  @Test
  void aSecondAuthorizationHeaderIsNotPassedOn() throws Exception {
    HttpResponse<String> response =
        send(authorized("/api/v1/executions").header("Authorization", "Bearer inside"));
    assertThat(response.body()).isEqualTo("planner GET /api/v1/executions [Bearer inside] 0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/images/x/%2e%2e/%2e%2e/executions",
        "/api/v1/images//executions",
        "/api/v1/executions;a=b",
        "/api/v1/images/a%2Fb/tags/1/history"
      })
  void aPathThatMayBeReadInTwoWaysIsRefused(String path) throws Exception {
    assertThat(send(authorized(path)).statusCode()).isEqualTo(400);
  }

  @Test
  void theDocumentIsOpenAndTheCallerIsTold() throws Exception {
    HttpResponse<String> document = send(request("/v3/api-docs"));
    assertThat(document.statusCode()).isEqualTo(200);
    assertThat(document.body()).startsWith("{\"openapi\":\"3.1.0\"");
    assertThat(send(authorized("/api/v1/me")).body())
        .isEqualTo("{\"name\":\"token:server\",\"grants\":[{\"role\":\"admin\",\"scope\":{}}]}");
    assertThat(send(request("/api/v1/me")).statusCode()).isEqualTo(401);
  }

  @Test
  void tokensAreReadAgainWhenTheyChange() throws Exception {
    Path next = directory.resolve("tokens.new");
    Files.writeString(next, "fresh-token\n");
    Files.move(
        next, directory.resolve("tokens"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(send(authorized("/api/v1/executions")).statusCode()).isEqualTo(401);
    assertThat(
            send(request("/api/v1/executions").header("Authorization", "Bearer fresh-token"))
                .statusCode())
        .isEqualTo(200);
    Files.delete(directory.resolve("tokens"));
    assertThat(
            send(request("/api/v1/executions").header("Authorization", "Bearer fresh-token"))
                .statusCode())
        .isEqualTo(401);
  }

  @Test
  void theFrontPageAndHealthAreOpenAndNothingElseIsKnown() throws Exception {
    assertThat(send(request("/")).body()).contains("Archway");
    assertThat(send(request("/actuator/health/liveness")).statusCode()).isEqualTo(200);
    assertThat(send(request("/actuator/health/readiness")).statusCode()).isEqualTo(200);
    assertThat(problem(send(authorized("/api/v1/nothing"))).status()).isEqualTo(404);
    assertThat(send(request("/actuator/env")).statusCode()).isEqualTo(401);
  }

  @Test
  void aBodyOverTheLimitIsRefusedHoweverItIsSent() throws Exception {
    byte[] tooMuch = new byte[1001];
    assertThat(
            problem(
                    send(
                        authorized("/api/v1/executions")
                            .POST(HttpRequest.BodyPublishers.ofByteArray(tooMuch))))
                .status())
        .isEqualTo(413);
    assertThat(
            problem(
                    send(
                        authorized("/api/v1/executions")
                            .POST(
                                HttpRequest.BodyPublishers.ofInputStream(
                                    () -> new ByteArrayInputStream(tooMuch)))))
                .status())
        .isEqualTo(413);
    assertThat(
            send(authorized("/api/v1/executions")
                    .POST(
                        HttpRequest.BodyPublishers.ofInputStream(
                            () -> new ByteArrayInputStream(new byte[1000]))))
                .body())
        .endsWith(" 1000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/event-stream", "application/x-ndjson", "text/plain;charset=UTF-8"})
  void aStreamIsPassedOnWhileItIsStillOpen(String type) throws Exception {
    HttpResponse<InputStream> response =
        CLIENT.send(
            authorized("/api/v1/executions/abcdefgh/logs?stream=" + STREAMS.indexOf(type))
                .header("Last-Event-ID", "7")
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      // The backend writes the second line only after this one has arrived.
      assertThat(lines.readLine()).isEqualTo("first after 7");
      finishStream.countDown();
      assertThat(lines.readLine()).isEqualTo("second");
      assertThat(lines.readLine()).isNull();
    }
  }

  @Test
  void aReaderWhoGoesAwayEndsTheServicesStreamToo() throws Exception {
    HttpResponse<InputStream> response =
        CLIENT.send(
            authorized("/api/v1/executions/abcdefgh/logs?stream=0").build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.body().read()).isEqualTo('f');
    response.body().close();
    finishStream.countDown();
    assertThat(nobodyListens.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aServiceThatIsDownTakesOnlyItsOwnPathsDown() throws Exception {
    int port = planner.getAddress().getPort();
    planner.stop(0);
    for (int i = 0; i < 8; i++) {
      HttpResponse<String> response = send(authorized("/api/v1/executions"));
      assertThat(problem(response).status()).isEqualTo(503);
      assertThat(response.headers().firstValue("Retry-After")).hasValue("1");
    }
    assertThat(send(authorized("/api/v1/images")).statusCode()).isEqualTo(200);
    planner = backend("planner", port);
    org.awaitility.Awaitility.await()
        .atMost(30, TimeUnit.SECONDS)
        .until(() -> send(authorized("/api/v1/executions")).statusCode() == 200);
  }

  @Test
  void aServicesProblemIsPassedOnAsItIs() throws Exception {
    HttpResponse<String> response = send(authorized("/api/v1/executions/unknown"));
    assertThat(problem(response))
        .isEqualTo(new ProblemDocument(null, "Not Found", 404, "unknown", List.of()));
  }

  private HttpServer backend(String name) throws IOException {
    return backend(name, 0);
  }

  private HttpServer backend(String name, int port) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", exchange -> answer(name, exchange));
    server.start();
    return server;
  }

  private void answer(String name, HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] sent = exchange.getRequestBody().readAllBytes();
      String asked = exchange.getRequestURI().toString();
      if (asked.contains("stream=")) {
        String type = STREAMS.get(Integer.parseInt(asked.substring(asked.indexOf('=') + 1)));
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, 0);
        OutputStream body = exchange.getResponseBody();
        String resumed = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        body.write(("first after " + resumed + "\n").getBytes(StandardCharsets.UTF_8));
        body.flush();
        finishStream.await();
        if (resumed == null) {
          writeUntilNobodyListens(body);
          return;
        }
        body.write("second\n".getBytes(StandardCharsets.UTF_8));
        return;
      }
      boolean unknown = asked.endsWith("/unknown");
      byte[] body =
          unknown
              ? ContractMapper.json()
                  .writeValueAsBytes(
                      new ProblemDocument(null, "Not Found", 404, "unknown", List.of()))
              : "%s %s %s %s %d"
                  .formatted(
                      name,
                      exchange.getRequestMethod(),
                      asked,
                      exchange.getRequestHeaders().get("Authorization"),
                      sent.length)
                  .getBytes(StandardCharsets.UTF_8);
      exchange
          .getResponseHeaders()
          .set("Content-Type", unknown ? "application/problem+json" : "text/x-asked");
      exchange.sendResponseHeaders(unknown ? 404 : 200, body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void writeUntilNobodyListens(OutputStream body) {
    byte[] line = ":\n".repeat(1000).getBytes(StandardCharsets.UTF_8);
    try {
      while (nobodyListens.getCount() > 0) {
        body.write(line);
        body.flush();
      }
    } catch (IOException e) {
      nobodyListens.countDown();
    }
  }

  private static String url(HttpServer server) {
    return "http://localhost:" + server.getAddress().getPort();
  }

  private static ProblemDocument problem(HttpResponse<String> response) {
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    return ContractMapper.json().readValue(response.body(), ProblemDocument.class);
  }

  private HttpRequest.Builder request(String path) {
    String port = context.getEnvironment().getRequiredProperty("local.server.port");
    return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
  }

  private HttpRequest.Builder authorized(String path) {
    return request(path).header("Authorization", "Bearer user-token");
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
