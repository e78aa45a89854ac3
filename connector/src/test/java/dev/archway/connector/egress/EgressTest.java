package dev.archway.connector.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressTest {
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
          if (exchange.getRequestURI().getPath().equals("/away")) {
            exchange.getResponseHeaders().set("Location", "http://169.254.169.254/latest/");
            exchange.sendResponseHeaders(302, -1);
          } else {
            exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
          }
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.close();
  }

  private URI at(String path) {
    return URI.create("http://localhost:" + server.getAddress().getPort() + path);
  }

  private static HttpResponse<String> get(HttpClient client, URI uri) throws Exception {
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "169.254.169.254",
        "[fe80::1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::1]",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "0.0.0.0",
        "[::]",
        "224.0.0.1",
        "255.255.255.255"
      })
  void addressesOfMetadataAndOfNobodyAreRefused(String host) throws Exception {
    try (Egress egress = new Egress(new EgressRules("", "", true));
        HttpClient client = egress.http(HttpClient.newBuilder())) {
      URI uri = URI.create("http://" + host + "/");
      assertThatThrownBy(() -> egress.check(uri)).isInstanceOf(EgressRefusedException.class);
      assertThatThrownBy(() -> get(client, uri)).isInstanceOf(EgressRefusedException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "localhost",
        "[::1]",
        "10.1.2.3",
        "172.31.0.1",
        "192.168.0.1",
        "[fd12::1]",
        "100.64.0.1",
        "2130706433",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]"
      })
  void privateAddressesAreRefusedWhereTheyAreNotWanted(String host) {
    EgressRules strict = new EgressRules("", "", false);
    assertThatThrownBy(() -> strict.resolve(host))
        .isInstanceOf(EgressRefusedException.class)
        .hasMessageContaining("archway.egress.allow");
    EgressRules lenient = new EgressRules("", "", true);
    assertThatCode(() -> lenient.resolve(host)).doesNotThrowAnyException();
  }

  @Test
  void whatIsAllowedAndDeniedByNameOrNetworkIs() throws Exception {
    EgressRules rules =
        new EgressRules("169.254.10.0/24, localhost", "127.0.0.2, *.example.com", false);
    assertThat(rules.resolve("169.254.10.5")).hasSize(1);
    assertThat(rules.resolve("localhost")).isNotEmpty();
    assertThat(rules.resolve("8.8.8.8")).hasSize(1);
    for (String refused : List.of("169.254.11.5", "127.0.0.1", "127.0.0.2")) {
      assertThatThrownBy(() -> rules.resolve(refused)).isInstanceOf(EgressRefusedException.class);
    }
    assertThatThrownBy(() -> new EgressRules("10.0.0.0/99", "", true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void requestsAndBodiesPassUnchanged() throws Exception {
    try (Egress egress = new Egress(new EgressRules("", "", true));
        HttpClient client = egress.http(HttpClient.newBuilder())) {
      String large = "x".repeat(300_000);
      for (int n = 0; n < 5; n++) {
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(at("/a%20b?c=d&n=" + n))
                    .POST(BodyPublishers.ofString(large))
                    .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(large);
      }
      assertThat(requests).hasSize(5).first().isEqualTo("POST /a%20b?c=d&n=0");
      assertThat(
              client
                  .sendAsync(HttpRequest.newBuilder(at("/")).build(), BodyHandlers.ofString())
                  .get()
                  .statusCode())
          .isEqualTo(200);
    }
  }

  /** The proxy decides anew: here for one who follows redirects by itself. */
  @Test
  void aRedirectToARefusedAddressIsRefused() throws Exception {
    try (Egress egress = new Egress(new EgressRules("", "", true));
        HttpClient careless =
            HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.ALWAYS)
                .proxy(java.net.ProxySelector.of((InetSocketAddress) egress.proxy().address()))
                .build();
        HttpClient client = egress.http(HttpClient.newBuilder())) {
      assertThat(get(client, at("/away")).statusCode()).isEqualTo(302);
      HttpResponse<String> answer = get(careless, at("/away"));
      assertThat(answer.statusCode()).isEqualTo(403);
      assertThat(answer.headers().firstValue(EgressProxy.REASON).orElse(""))
          .contains("169.254.169.254 is link-local");
    }
  }

  /**
   * Whatever a look-up by the client itself would say: only the address is used that was checked.
   */
  @Test
  void theProxyLooksUpAndChecksByItselfSoThatANameMayNotChange() throws Exception {
    try (Egress egress = new Egress(new EgressRules("", "localhost", true));
        Socket client = new Socket()) {
      client.connect(egress.proxy().address());
      OutputStream out = client.getOutputStream();
      out.write(
          "CONNECT localhost:%d HTTP/1.1\r\n\r\n"
              .formatted(server.getAddress().getPort())
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      InputStream in = client.getInputStream();
      assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 403 ");
    }
    assertThat(requests).isEmpty();
  }

  @Test
  void aTunnelThatIsRefusedOrBrokenIsToldWithItsReason() throws Exception {
    int nobody;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = free.getLocalPort();
    }
    try (Egress egress = new Egress(new EgressRules("", "", true));
        HttpClient client = egress.http(HttpClient.newBuilder())) {
      assertThatThrownBy(() -> get(client, URI.create("https://localhost:" + nobody + "/")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("refused");
      assertThatThrownBy(() -> get(client, URI.create("http://localhost:" + nobody + "/")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("refused");
      assertThatThrownBy(() ->
              client
                  .sendAsync(
                      HttpRequest.newBuilder(URI.create("http://169.254.1.1/")).build(),
                      BodyHandlers.discarding())
                  .get())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(EgressRefusedException.class);
    }
  }
}
