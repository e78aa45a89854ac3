package dev.archway.planner.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.connector.ConnectorDirectory;
import dev.archway.connector.SecretKeys;
import dev.archway.connector.SecretSource;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.Scope;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.event.SecretEvent;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.messaging.Outbox;
import dev.archway.web.WebConfiguration;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Connectors and secrets over HTTP, with a database; one subclass a database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SettingsApiContract {
  private static final String CANARY = "canary-7c1f";
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir static Path directory;
  private ConfigurableApplicationContext context;

  /** The database's address and user. */
  abstract Map<String, Object> database();

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import({WebConfiguration.class, SettingsConfiguration.class})
  static class Served {
    @Bean
    Clock clock() {
      return Clock.systemUTC();
    }

    @Bean
    Outbox outbox(JdbcClient jdbc) {
      return new Outbox(jdbc, () -> {});
    }

    @Bean
    ConnectorDirectory connectorDirectory(
        @org.springframework.beans.factory.annotation.Value("${test.connectors}") Path directory) {
      return new ConnectorDirectory(directory);
    }
  }

  @BeforeAll
  void start() {
    context =
        new SpringApplicationBuilder(Served.class)
            .properties(database())
            .run(
                "--server.port=0",
                "--archway.service-token=inside",
                "--spring.main.banner-mode=off",
                "--spring.kafka.bootstrap-servers=127.0.0.1:9",
                "--spring.kafka.admin.auto-create=false",
                "--spring.cloud.gateway.server.webmvc.enabled=false",
                "--spring.flyway.locations=classpath:db/planner",
                "--archway.secrets.keys-file=" + keysFile(),
                "--test.connectors=" + directory);
  }

  @BeforeEach
  void empty() throws Exception {
    Files.writeString(keysFile(), key(1));
    Files.deleteIfExists(directory.resolve("hub.yaml"));
    for (String table : List.of("connectors", "secrets", "outbox")) {
      var _ = jdbc().sql("DELETE FROM " + table).update();
    }
  }

  @AfterAll
  void stop() {
    context.close();
  }

  private JdbcClient jdbc() {
    return context.getBean(JdbcClient.class);
  }

  private Path keysFile() {
    return directory.resolve("keys");
  }

  private static String key(int fill) {
    byte[] bytes = new byte[32];
    java.util.Arrays.fill(bytes, (byte) fill);
    return Base64.getEncoder().encodeToString(bytes) + "\n";
  }

  private HttpResponse<String> call(String method, String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://localhost:%s/api/v1%s"
                        .formatted(
                            context.getEnvironment().getProperty("local.server.port"), path)))
            .header("Authorization", "Bearer inside")
            .header("Content-Type", "application/yaml")
            .method(method, BodyPublishers.ofString(body))
            .build();
    try {
      return CLIENT.send(request, BodyHandlers.ofString());
    } catch (java.io.IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private JsonNode ok(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return ContractMapper.json().readTree(answer.body());
  }

  private static String secret(String id, String value) {
    return "secret: {type: SecretText, name: N, identifier: %s, spec: {valueType: Inline, value: '%s'}}"
        .formatted(id, value);
  }

  private static String registry(String url) {
    return """
    connector:
      identifier: hub
      type: DockerRegistry
      spec:
        dockerRegistryUrl: %s
        auth: {type: UsernamePassword, spec: {username: ann, passwordRef: npm}}
    """
        .formatted(url);
  }

  @Test
  void aConnectorIsStoredShownListedUsedAndDeleted() {
    String at = "/orgs/acme/projects/shop/connectors";
    JsonNode stored = ok(call("PUT", at + "/hub", registry("https://one.example.com")));
    assertThat(stored.path("ref").stringValue()).isEqualTo("hub");
    var _ = ok(call("PUT", at + "/hub", registry("https://two.example.com")));

    assertThat(ok(call("GET", at, ""))).hasSize(1);
    assertThat(ok(call("GET", "/connectors", ""))).isEmpty();
    assertThat(ok(call("GET", at + "/hub", "")).path("yaml").stringValue()).contains("two.");
    ConnectorStore store = context.getBean(ConnectorStore.class);
    assertThat(store.find("acme", "shop", "hub"))
        .containsInstanceOf(Connector.DockerRegistry.class)
        .hasValueSatisfying(found ->
            assertThat(((Connector.DockerRegistry) found).password())
                .isEqualTo(new SecretRef("npm@acme/shop")));
    assertThat(store.find("acme", "other", "hub")).isEmpty();
    assertThat(store.known("acme", "shop")).contains("hub", "account.harnessImage");

    assertThat(call("DELETE", at + "/hub", "").statusCode()).isEqualTo(204);
    assertThat(call("DELETE", at + "/hub", "").statusCode()).isEqualTo(404);
    assertThat(call("GET", at + "/hub", "").statusCode()).isEqualTo(404);
  }

  @Test
  void aStoredConnectorIsUsedBeforeThatOfTheDirectory() throws Exception {
    Files.writeString(directory.resolve("hub.yaml"), registry("https://file.example.com"));
    ConnectorStore store = context.getBean(ConnectorStore.class);
    assertThat(store.find("acme", "shop", "account.hub").toString()).contains("file.example");
    var _ = ok(call("PUT", "/connectors/hub", registry("https://stored.example.com")));
    assertThat(store.find("acme", "shop", "account.hub").toString()).contains("stored.example");
  }

  @Test
  void whatCannotBeUsedIsRefusedWithItsFindings() {
    HttpResponse<String> bad = call("PUT", "/connectors/hub", registry("ftp://x"));
    assertThat(bad.statusCode()).isEqualTo(422);
    assertThat(bad.body()).contains("connector.spec.dockerRegistryUrl", "bad-value");
    assertThat(call("PUT", "/connectors/other", registry("https://x.example.com")).body())
        .contains("as the address says");
    assertThat(call("PUT", "/secrets/npm", "secret: {spec: {value: " + CANARY + "}}").statusCode())
        .isEqualTo(422);
  }

  @Test
  void aSecretIsNeverToldAgain() {
    String at = "/orgs/acme/projects/shop/secrets";
    HttpResponse<String> stored = call("PUT", at + "/npm", secret("npm", CANARY));
    assertThat(ok(stored).path("ref").stringValue()).isEqualTo("npm");
    assertThat(stored.body()).doesNotContain(CANARY);
    assertThat(call("GET", at + "/npm", "").body()).contains("\"npm\"").doesNotContain(CANARY);
    assertThat(call("GET", at, "").body()).contains("\"npm\"").doesNotContain(CANARY);
    assertThat(database("SELECT * FROM secrets")).contains("npm").doesNotContain(CANARY);
    assertThat(database("SELECT * FROM outbox"))
        .contains("secret.stored.v1", "archway.secrets")
        .doesNotContain(CANARY);
    assertThat(value(new Scope("acme", "shop"))).isEqualTo(CANARY);

    assertThat(call("DELETE", at + "/npm", "").statusCode()).isEqualTo(204);
    assertThat(database("SELECT * FROM outbox")).contains("secret.removed.v1");
    assertThat(ok(call("GET", at, ""))).isEmpty();
  }

  @Test
  void rotationLeavesNothingThatNeedsTheOldKey() throws Exception {
    JsonNode before = ok(call("PUT", "/secrets/npm", secret("npm", CANARY)));
    Files.writeString(keysFile(), key(2) + key(1));
    assertThat(ok(call("POST", "/secrets/rotation", "")).path("encryptedAnew").intValue())
        .isEqualTo(1);
    assertThat(ok(call("POST", "/secrets/rotation", "")).path("encryptedAnew").intValue()).isZero();
    Files.writeString(keysFile(), key(2));
    assertThat(value(Scope.ACCOUNT)).isEqualTo(CANARY);
    assertThat(ok(call("GET", "/secrets/npm", "")).path("key")).isNotEqualTo(before.path("key"));
  }

  @Test
  void whatWasStoredBeforeIsToldAgain() {
    var _ = ok(call("PUT", "/secrets/npm", secret("npm", CANARY)));
    var _ = jdbc().sql("DELETE FROM outbox").update();
    context.getBean(SecretStore.class).tellAll();
    assertThat(jdbc().sql("SELECT message_key FROM outbox").query(String.class).list())
        .containsExactly(SecretEvent.key(Scope.ACCOUNT, "npm"));
  }

  @Test
  void identifiersAsLongAsTheyMayBeAreTaken() {
    String longest = "x".repeat(128);
    String at = "/orgs/%s/projects/%s/secrets/%s".formatted(longest, longest, longest);
    var _ = ok(call("PUT", at, secret(longest, CANARY)));
    assertThat(call("PUT", "/orgs/" + longest + "x/secrets/npm", secret("npm", "v")).statusCode())
        .isEqualTo(400);
  }

  private String value(Scope scope) {
    SecretStore store = context.getBean(SecretStore.class);
    return new SecretSource(directory, Map.of(), store, new SecretKeys(keysFile(), Map.of()))
        .resolve(SecretRef.within(scope, "npm"));
  }

  private String database(String query) {
    return jdbc().sql(query).query().listOfRows().stream()
        .map(Object::toString)
        .collect(Collectors.joining("\n"));
  }
}
