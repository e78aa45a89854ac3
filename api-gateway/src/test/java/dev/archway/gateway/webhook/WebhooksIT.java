package dev.archway.gateway.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.archway.broker.EmbeddedBroker;
import dev.archway.contract.event.GitEvent;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.contract.wire.Topics;
import dev.archway.gateway.GatewayConfiguration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The gateway's door for webhooks, with a real broker behind it. */
class WebhooksIT {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String SECRET = "a long secret";

  @TempDir static Path directory;
  private static EmbeddedBroker broker;
  private static HttpServer planner;
  private static ConfigurableApplicationContext context;

  @BeforeAll
  static void start() throws IOException {
    broker = EmbeddedBroker.start(directory.resolve("kafka"));
    planner = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    planner.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          boolean known =
              path.equals("/internal/webhooks/default/shop/on_push")
                  && "Bearer inside".equals(exchange.getRequestHeaders().getFirst("Authorization"));
          byte[] body =
              (known ? "{\"provider\":\"GENERIC\",\"secret\":\"" + SECRET + "\"}" : "{}")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(known ? 200 : 404, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    planner.start();
    Files.writeString(directory.resolve("tokens"), "user-token\n");
    String url = "http://127.0.0.1:" + planner.getAddress().getPort();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--spring.config.name=api-gateway",
                "--server.port=0",
                "--spring.datasource.url=jdbc:h2:file:" + directory.resolve("gateway"),
                "--archway.service-token=inside",
                "--archway.gateway.planner-url=" + url,
                "--archway.gateway.registry-url=" + url,
                "--archway.gateway.log-url=" + url,
                "--spring.kafka.bootstrap-servers=" + broker.bootstrapServers(),
                "--archway.gateway.tokens-file=" + directory.resolve("tokens")));
    broker
        .clientProperties()
        .forEach((name, value) -> {
          arguments.add("--spring.cloud.stream.kafka.binder.configuration." + name + "=" + value);
          arguments.add("--spring.kafka.properties." + name + "=" + value);
        });
    context =
        new SpringApplication(GatewayConfiguration.class).run(arguments.toArray(String[]::new));
  }

  @AfterAll
  static void stop() {
    context.close();
    planner.stop(0);
    broker.close();
  }

  private static HttpResponse<String> call(String path, byte[] body, Map<String, String> headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:%s%s"
                        .formatted(
                            context.getEnvironment().getProperty("local.server.port"), path)))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    headers.forEach(request::header);
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static Map<String, String> signed(byte[] body, String delivery) {
    long time = Instant.now().getEpochSecond();
    String text = time + "." + new String(body, StandardCharsets.UTF_8);
    String mac =
        HexFormat.of().formatHex(Signature.hmac(SECRET, text.getBytes(StandardCharsets.UTF_8)));
    return Map.of(
        "X-Archway-Signature", "t=%d,v1=%s".formatted(time, mac), "X-Archway-Delivery", delivery);
  }

  private static HttpResponse<String> deliver(String text, String delivery) throws Exception {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    return call("/api/v1/webhooks/generic/default/shop/on_push", body, signed(body, delivery));
  }

  @Test
  void whatIsAnsweredIsInKafka() throws Exception {
    String delivery = UUID.randomUUID().toString();
    HttpResponse<String> response =
        deliver("{\"ref\":\"refs/heads/main\",\"after\":\"" + "a".repeat(40) + "\"}", delivery);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    assertThat(response.body()).contains(delivery);
    GitEvent event = told(delivery);
    assertThat(event.kind()).isEqualTo(GitEvent.Kind.PUSH);
    assertThat(event.commit()).isEqualTo("a".repeat(40));
    assertThat(event.fingerprint()).isNotNull();
    assertThat(event.headers()).doesNotContainKey("x-archway-signature");
    assertThat(event.trigger()).hasToString("default/shop/on_push");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/webhooks/generic/default/shop/other",
        "/api/v1/webhooks/github/default/shop/on_push"
      })
  void whatIsNoTriggersIsRefusedLikeAForgery(String path) throws Exception {
    byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
    assertThat(call(path, body, signed(body, "x")).statusCode()).isEqualTo(401);
  }

  @Test
  void forgeriesAreRefused() throws Exception {
    byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
    Map<String, String> headers = signed(body, "x");
    String path = "/api/v1/webhooks/generic/default/shop/on_push";
    assertThat(call(path, "{ }".getBytes(StandardCharsets.UTF_8), headers).statusCode())
        .isEqualTo(401);
    assertThat(call(path, body, Map.of()).statusCode()).isEqualTo(401);
  }

  @Test
  void aBodyThatIsNoObjectIsRefused() throws Exception {
    assertThat(deliver("[1]", "x").statusCode()).isEqualTo(400);
    assertThat(deliver("{", "x").statusCode()).isEqualTo(400);
  }

  @Test
  void aBodyHasALimit() throws Exception {
    assertThat(deliver("{\"x\":\"" + "y".repeat(1 << 20) + "\"}", "x").statusCode()).isEqualTo(413);
    // Text that grows most when it is JSON within JSON still reaches Kafka.
    assertThat(deliver("{\"x\":\"" + "\\\\".repeat(500_000) + "\"}", "big").statusCode())
        .isEqualTo(202);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/webhooks/generic/default/shop/../../../../executions",
        "/api/v1/webhooks/generic/default/shop/on_push;x",
        "/api/v1/webhooks/generic/default/shop/on_push/",
        "/api/v1/webhooks"
      })
  void nothingElseIsOpen(String path) throws Exception {
    // 400: a path that two readers may read in two ways is read by none.
    int refusal = path.contains("..") || path.contains(";") ? 400 : 401;
    assertThat(call(path, new byte[0], Map.of()).statusCode()).isEqualTo(refusal);
  }

  private static GitEvent told(String delivery) {
    List<GitEvent> events = new ArrayList<>();
    Map<String, Object> settings = new HashMap<>(broker.clientProperties());
    settings.put("bootstrap.servers", broker.bootstrapServers());
    settings.put("group.id", UUID.randomUUID().toString());
    settings.put("auto.offset.reset", "earliest");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(Topics.GIT_EVENTS));
      await("the event")
          .pollInSameThread()
          .atMost(Duration.ofMinutes(2))
          .until(() -> {
            consumer
                .poll(Duration.ofMillis(500))
                .forEach(record ->
                    events.add(ContractMapper.json().readValue(record.value(), GitEvent.class)));
            return events.stream().anyMatch(event -> event.delivery().equals(delivery));
          });
    }
    return events.stream()
        .filter(event -> event.delivery().equals(delivery))
        .findFirst()
        .orElseThrow();
  }
}
