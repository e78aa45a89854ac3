package dev.archway.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.archway.contract.api.IssuedToken;
import dev.archway.contract.api.ProblemDocument;
import dev.archway.contract.api.TokenRequest;
import dev.archway.contract.wire.ContractMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The gateway before one HTTP server that stands for all services: it knows execution {@code e1} of
 * project {@code acme/shop}, takes its time for paths that end in {@code /slow}, and echoes what
 * else it is asked.
 */
final class Door implements AutoCloseable {
  static final String SERVER_TOKEN = "server-token";

  /** Another one, of characters that mean something in a cookie. */
  static final String ODD_TOKEN = "odd; \"token\", 100% a+b=c\\d";

  private final HttpClient client = HttpClient.newHttpClient();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** A request for {@code /slow} has reached its service, and is answered when this is opened. */
  final CountDownLatch slowArrived = new CountDownLatch(1);

  final CountDownLatch slowMayGoOn = new CountDownLatch(1);
  private final HttpServer services;
  private final ConfigurableApplicationContext gateway;

  Door(Path directory, String... settings) throws IOException {
    this("jdbc:h2:mem:" + UUID.randomUUID(), directory, settings);
  }

  /** One that keeps what it keeps in this database. */
  static Door on(String database, Path directory) throws IOException {
    return new Door(database, directory, new String[0]);
  }

  private Door(String database, Path directory, String[] settings) throws IOException {
    services = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    services.setExecutor(threads);
    services.createContext("/", this::answer);
    services.start();
    Path tokens = directory.resolve("tokens");
    Files.writeString(tokens, SERVER_TOKEN + "\n" + ODD_TOKEN + "\n");
    String url = "http://localhost:" + services.getAddress().getPort();
    List<String> all =
        new ArrayList<>(
            List.of(
                "--spring.config.name=api-gateway",
                "--server.port=0",
                "--archway.service-token=inside",
                "--spring.datasource.url=" + database,
                "--archway.gateway.planner-url=" + url,
                "--archway.gateway.registry-url=" + url,
                "--archway.gateway.log-url=" + url,
                "--archway.gateway.tokens-file=" + tokens));
    all.addAll(List.of(settings));
    gateway = new SpringApplication(GatewayConfiguration.class).run(all.toArray(String[]::new));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      String asked = exchange.getRequestURI().toString();
      if (asked.endsWith("/slow")) {
        slowArrived.countDown();
        slowMayGoOn.await();
      }
      boolean unknown = asked.endsWith("/unknown");
      String body =
          asked.equals("/api/v1/executions/e1")
              ? "{\"id\":\"e1\",\"org\":\"acme\",\"project\":\"shop\"}"
              : "\"%s %s by %s\""
                  .formatted(
                      exchange.getRequestMethod(),
                      asked,
                      exchange.getRequestHeaders().getFirst("Archway-Caller"));
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(unknown ? 404 : 200, bytes.length);
      exchange.getResponseBody().write(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the gateway, and returns when its last request has been answered. */
  void closeGateway() {
    gateway.close();
  }

  <T> T bean(Class<T> type) {
    return gateway.getBean(type);
  }

  HttpRequest.Builder request(String path) {
    String port = gateway.getEnvironment().getRequiredProperty("local.server.port");
    return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> send(String method, String path, @Nullable String token) throws Exception {
    HttpRequest.Builder request = request(path).method(method, BodyPublishers.noBody());
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return send(request);
  }

  HttpResponse<String> post(String path, Object body, String token) throws Exception {
    return send(
        request(path)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(ContractMapper.json().writeValueAsString(body))));
  }

  /** Makes a token as the server's admin. */
  IssuedToken issue(String role, @Nullable String org, @Nullable String project) throws Exception {
    HttpResponse<String> response =
        post(
            "/api/v1/tokens",
            new TokenRequest("%s of %s %s".formatted(role, org, project), role, org, project, null),
            SERVER_TOKEN);
    if (response.statusCode() != 201) {
      throw new AssertionError(response.body());
    }
    return ContractMapper.json().readValue(response.body(), IssuedToken.class);
  }

  static ProblemDocument problem(HttpResponse<String> response) {
    return ContractMapper.json().readValue(response.body(), ProblemDocument.class);
  }

  @Override
  public void close() {
    slowMayGoOn.countDown();
    gateway.close();
    services.stop(0);
    threads.close();
  }
}
