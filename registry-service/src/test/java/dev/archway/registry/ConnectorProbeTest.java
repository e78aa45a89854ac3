package dev.archway.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.archway.connector.ConnectorProbe;
import dev.archway.connector.egress.Egress;
import dev.archway.connector.egress.EgressRules;
import dev.archway.contract.api.ConnectorTest;
import dev.archway.contract.api.ConnectorTest.Check;
import dev.archway.contract.api.ConnectorTest.Status;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connectors are tried against a real registry, and against a server that wants a login. */
class ConnectorProbeTest {
  @TempDir Path directory;
  private final Egress egress = new Egress(new EgressRules("", "", true));
  private final ConnectorProbe probe =
      new ConnectorProbe(
          egress,
          ref -> {
            if (ref.value().equals("lost")) {
              throw new IllegalStateException("secret \"lost\" is nowhere");
            }
            return ref.value();
          });
  private HttpServer server;
  private String scheme = "Basic realm=\"r\"";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v2/", exchange -> answer(exchange, scheme.startsWith("Basic")));
    server.createContext(
        "/token",
        exchange -> {
          boolean known = shown(exchange).equals(basic("ann", "right"));
          byte[] body =
              (known
                      ? "{\"token\":\"t1\"}"
                      : "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"who are you\"}]}")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(known ? 200 : 401, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  private void answer(HttpExchange exchange, boolean basic) throws IOException {
    String shown = shown(exchange);
    boolean known = basic ? shown.equals(basic("ann", "right")) : shown.equals("Bearer t1");
    if (!known) {
      exchange.getResponseHeaders().set("WWW-Authenticate", scheme);
    }
    exchange.sendResponseHeaders(known ? 200 : 401, -1);
    exchange.close();
  }

  private static String shown(HttpExchange exchange) {
    return String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
  }

  private static String basic(String user, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  @AfterEach
  void stop() {
    server.stop(0);
    egress.close();
  }

  private URI own() {
    return URI.create("http://localhost:" + server.getAddress().getPort());
  }

  private Check only(URI url, @Nullable String user, @Nullable String secret) {
    ConnectorTest test =
        probe.test(
            new Connector.DockerRegistry(
                "hub", url, user, secret == null ? null : new SecretRef(secret)),
            "default");
    assertThat(test.checks()).hasSize(1);
    assertThat(test.status()).isEqualTo(test.checks().getFirst().status());
    return test.checks().getFirst();
  }

  @Test
  void aRealRegistryAnswers() {
    try (RealRegistry registry = RealRegistry.open(directory)) {
      registry.start();
      assertThat(only(registry.connector().url(), null, null).status()).isEqualTo(Status.SUCCESS);
    }
  }

  @Test
  void aLoginWorksOrIsToldWhyNot() {
    assertThat(only(own(), "ann", "right").detail()).isEqualTo("logged in as ann");
    assertThat(only(own(), "ann", "wrong"))
        .satisfies(check -> assertThat(check.status()).isEqualTo(Status.FAILURE))
        .satisfies(check -> assertThat(check.detail()).contains("status 401"));
    assertThat(only(own(), null, null).detail()).contains("asks for a user and a password");
  }

  @Test
  void aTokenIsFetchedAndUsedOrIsToldWhyNot() {
    scheme = "Bearer realm=\"%s/token\",service=\"hub\"".formatted(own());
    assertThat(only(own(), "ann", "right").detail()).isEqualTo("logged in as ann");
    assertThat(only(own(), "ann", "wrong").detail())
        .contains("token server", "UNAUTHORIZED: who are you")
        .doesNotContain("wrong");
    scheme = "Bearer realm=\"http://elsewhere.example/token\",service=\"hub\"";
    assertThat(only(own(), "ann", "right").detail())
        .contains("elsewhere.example (expected: https, or the registry itself)");
  }

  @Test
  void whatIsNotThereIsTold() throws IOException {
    int nobody;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = free.getLocalPort();
    }
    assertThat(only(URI.create("http://localhost:" + nobody), null, null).detail())
        .contains("refused");
    assertThat(only(URI.create("https://localhost:" + nobody), null, null).detail())
        .contains("refused");
    assertThat(only(own().resolve("/other/"), "ann", "lost").detail()).contains("is nowhere");
  }

  @Test
  void addressesThatNobodyMayReachAreRefused() {
    assertThat(only(URI.create("http://169.254.169.254/"), null, null).detail())
        .contains("link-local");
  }
}
