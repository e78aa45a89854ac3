package dev.archway.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.archway.contract.connector.Connector.DockerRegistry;
import dev.archway.contract.connector.EcrAccess;
import dev.archway.contract.connector.SecretRef;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that signs what it received and compares; and AWS's published signatures. */
class EcrTokenTest {
  /** The key of AWS's Signature Version 4 test suite. */
  private static final AwsSignature.Key KEY =
      new AwsSignature.Key("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

  private static final Instant SUITE_TIME = Instant.parse("2015-08-30T12:36:00Z");

  private HttpServer server;
  private final List<String> bodies = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void signsAsTheTestSuiteGetVanilla() {
    assertThat(signed("GET", "", Map.of("host", "example.amazonaws.com"), ""))
        .isEqualTo(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  }

  @Test
  void signsAsTheTestSuitePostVanilla() {
    assertThat(signed("POST", "", Map.of("host", "example.amazonaws.com"), ""))
        .endsWith("Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
  }

  @Test
  void signsAsTheTestSuitePostWithABody() {
    assertThat(
            signed(
                "POST",
                "",
                Map.of(
                    "host",
                    "example.amazonaws.com",
                    "content-type",
                    "application/x-www-form-urlencoded"),
                "Param1=value1"))
        .endsWith("Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
  }

  @Test
  void aTokenIsFetchedEachTimeForTheKeyThatIsThereThen() {
    DockerRegistry registry = registry();
    RegistryLogin first = RegistryLogin.of(registry, _ -> KEY.secret());
    RegistryLogin second = RegistryLogin.of(registry, _ -> KEY.secret());
    assertThat(first).isEqualTo(new RegistryLogin("AWS", "token:1"));
    assertThat(second.pair()).isEqualTo("AWS:token:2");
    assertThat(bodies).containsExactly("{}", "{}");
    assertThat(first.toString()).doesNotContain("token");
  }

  @Test
  void aRefusalIsToldWithoutTheSecret() {
    assertThatThrownBy(() -> RegistryLogin.of(registry(), _ -> "another secret"))
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessageContaining("status 400 InvalidSignatureException")
        .hasMessageNotContaining("another secret");
  }

  @Test
  void ordinaryRegistriesAreLoggedInAtAsTheyAre() {
    DockerRegistry registry =
        new DockerRegistry("r", URI.create("https://r.example"), "ann", new SecretRef("s"));
    assertThat(RegistryLogin.of(registry, SecretRef::value).pair()).isEqualTo("ann:s");
  }

  private static String signed(
      String method, String query, Map<String, String> headers, String body) {
    return AwsSignature.sign(
            new AwsSignature.Request(method, "/", query, headers, body),
            KEY,
            "us-east-1",
            "service",
            SUITE_TIME)
        .getOrDefault("authorization", "");
  }

  private DockerRegistry registry() {
    return new DockerRegistry(
        "aws",
        URI.create("https://123456789012.dkr.ecr.eu-west-1.amazonaws.com"),
        KEY.id(),
        new SecretRef("key"),
        new EcrAccess(
            "eu-west-1",
            URI.create(
                "http://%s:%d"
                    .formatted(
                        server.getAddress().getHostString(), server.getAddress().getPort()))));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      Map<String, String> headers = new TreeMap<>();
      exchange
          .getRequestHeaders()
          .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
      String authorization = headers.getOrDefault("authorization", "");
      String names = authorization.replaceAll(".*SignedHeaders=([^,]*),.*", "$1");
      headers.keySet().retainAll(List.of(names.split(";")));
      String date = headers.getOrDefault("x-amz-date", "");
      Instant at =
          DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
              .withZone(ZoneOffset.UTC)
              .parse(date, Instant::from);
      String expected =
          AwsSignature.sign(
                  new AwsSignature.Request(
                      exchange.getRequestMethod(),
                      exchange.getRequestURI().getRawPath(),
                      "",
                      headers,
                      body),
                  KEY,
                  "eu-west-1",
                  "ecr",
                  at)
              .getOrDefault("authorization", "");
      boolean good = expected.equals(authorization) && names.contains("x-amz-target");
      if (good) {
        bodies.add(body);
      }
      String token =
          Base64.getEncoder()
              .encodeToString(("AWS:token:" + bodies.size()).getBytes(StandardCharsets.UTF_8));
      byte[] answer =
          (good
                  ? "{\"authorizationData\":[{\"authorizationToken\":\"%s\"}]}".formatted(token)
                  : "{\"__type\":\"InvalidSignatureException\"}")
              .getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(good ? 200 : 400, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }
}
