package dev.archway.registry.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Repository;
import dev.archway.registry.RealRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real registry, and against a server that shows the odd sides of other registries. */
class RegistryClientTest {
  private static final RetryRules RULES =
      new RetryRules(4, Duration.ofMillis(1), Duration.ofMillis(10));
  private static final Credentials USER = new Credentials("robot", "secret");
  private static final byte[] MANIFEST =
      "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\"}"
          .getBytes(StandardCharsets.UTF_8);

  @TempDir Path directory;
  private HttpServer odd;

  /** Method, path and Authorization of every request. */
  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

  private Function<HttpExchange, Reply> replies = _ -> Reply.of(404);

  private record Reply(int status, Map<String, String> headers, byte[] body) {
    static Reply of(int status, String... headers) {
      Map<String, String> all = new java.util.HashMap<>();
      for (int i = 0; i < headers.length; i += 2) {
        all.put(headers[i], headers[i + 1]);
      }
      return new Reply(status, all, new byte[0]);
    }

    Reply with(byte[] body) {
      return new Reply(status, headers, body);
    }
  }

  @BeforeEach
  void start() throws IOException {
    odd = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    odd.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            asked.add(
                exchange.getRequestMethod()
                    + " "
                    + exchange.getRequestURI()
                    + " "
                    + exchange.getRequestHeaders().getFirst("Authorization"));
            Reply reply = replies.apply(exchange);
            reply
                .headers()
                .forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
            exchange.sendResponseHeaders(
                reply.status(), reply.body().length == 0 ? -1 : reply.body().length);
            exchange.getResponseBody().write(reply.body());
          }
        });
    odd.start();
  }

  @AfterEach
  void stop() {
    odd.stop(0);
  }

  @Test
  void aRealRegistryWithPasswordAndTls() throws Exception {
    Path certificate = directory.resolve("cert.pem");
    Path key = directory.resolve("key.pem");
    Process openssl =
        new ProcessBuilder(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString())
            .redirectErrorStream(true)
            .start();
    assertThat(new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isNotNull();
    assertThat(openssl.waitFor()).isZero();
    HttpClient trusting = HttpClient.newBuilder().sslContext(trust(certificate)).build();
    try (RealRegistry registry = RealRegistry.closed(directory, trusting, certificate, key)) {
      Digest digest = registry.pushImage("a/b", "1", RealRegistry.config("linux", "amd64", "x"));
      Repository repository = registry.repository("a/b");
      Connector.DockerRegistry connector = registry.connector();
      RegistryClient client =
          new RegistryClient(
              trusting,
              connector,
              new Credentials(RealRegistry.USER, RealRegistry.PASSWORD),
              RULES);
      assertThat(client.resolve(repository, "1")).hasValue(digest);
      assertThat(client.resolve(repository, "2")).isEmpty();
      Manifest manifest = client.manifest(repository, digest.value());
      client.putManifest(repository, "2", manifest.mediaType(), manifest.bytes());
      assertThat(client.resolve(repository, "2")).hasValue(digest);

      for (@Nullable Credentials wrong :
          new Credentials[] {null, new Credentials(RealRegistry.USER, "wrong")}) {
        RegistryClient stranger = new RegistryClient(trusting, connector, wrong, RULES);
        assertThat(kind(() -> stranger.manifest(repository, "1")))
            .isEqualTo(OciException.Kind.DENIED);
      }
      RegistryClient untrusting =
          new RegistryClient(HttpClient.newHttpClient(), connector, USER, RULES);
      assertThatThrownBy(() -> untrusting.manifest(repository, "1"))
          .hasMessageContaining("no answer from localhost");
    }
  }

  @Test
  void aTokenIsFetchedForTheScopeAndUsedAgain() {
    replies =
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          if (path.equals("/token")) {
            return Reply.of(200).with("{\"token\":\"t0\"}".getBytes(StandardCharsets.UTF_8));
          }
          return "Bearer t0".equals(exchange.getRequestHeaders().getFirst("Authorization"))
              ? Reply.of(200).with(MANIFEST)
              : Reply.of(
                  401,
                  "WWW-Authenticate",
                  "Bearer realm=\"%s/token\",service=\"reg\"".formatted(url()));
        };
    RegistryClient client = client(USER);
    client.manifest(repository(), "1");
    client.manifest(repository(), "2");
    assertThat(asked)
        .containsExactly(
            "GET /v2/a/b/manifests/1 null",
            "GET /token?scope=repository%3Aa%2Fb%3Apull&service=reg " + USER.basic(),
            "GET /v2/a/b/manifests/1 Bearer t0",
            "GET /v2/a/b/manifests/2 Bearer t0");
  }

  @Test
  void aTokenServerElsewhereWithoutTlsGetsNoPassword() {
    replies = _ -> Reply.of(401, "WWW-Authenticate", "Bearer realm=\"http://127.0.0.2:1/token\"");
    assertThat(kind(() -> client(USER).manifest(repository(), "1")))
        .isEqualTo(OciException.Kind.DENIED);
    assertThat(asked).hasSize(1);
  }

  @Test
  void aRedirectToAnotherHostCarriesNoCredentials() {
    String elsewhere = "http://localhost:" + odd.getAddress().getPort() + "/elsewhere";
    replies =
        exchange -> {
          if (exchange.getRequestURI().getPath().equals("/elsewhere")) {
            return Reply.of(200).with(MANIFEST);
          }
          return exchange.getRequestHeaders().getFirst("Authorization") == null
              ? Reply.of(401, "WWW-Authenticate", "Basic realm=\"x\"")
              : Reply.of(307, "Location", elsewhere);
        };
    assertThat(client(USER).blob(repository(), Digest.sha256(MANIFEST))).isEqualTo(MANIFEST);
    assertThat(asked.getLast()).isEqualTo("GET /elsewhere null");
    assertThat(asked.get(1)).endsWith(USER.basic());
  }

  @Test
  void aRedirectWithoutEndIsGivenUp() {
    replies = exchange -> Reply.of(307, "Location", exchange.getRequestURI().toString());
    assertThat(kind(() -> client(null).blob(repository(), Digest.sha256(MANIFEST))))
        .isEqualTo(OciException.Kind.REFUSED);
    assertThat(asked).hasSize(6);
  }

  @Test
  void aBusyRegistryIsAskedAgainAndAMissingThingIsNot() {
    replies =
        _ ->
            asked.size() < 3
                ? Reply.of(asked.size() == 1 ? 429 : 503, "Retry-After", "1")
                : Reply.of(200).with(MANIFEST);
    assertThat(client(null).manifest(repository(), "1").bytes()).isEqualTo(MANIFEST);
    assertThat(asked).hasSize(3);
    asked.clear();
    replies = _ -> Reply.of(404);
    assertThat(kind(() -> client(null).manifest(repository(), "1")))
        .isEqualTo(OciException.Kind.NOT_FOUND);
    assertThat(asked).hasSize(1);
    asked.clear();
    replies = _ -> Reply.of(502);
    assertThat(kind(() -> client(null).manifest(repository(), "1")))
        .isEqualTo(OciException.Kind.UNAVAILABLE);
    assertThat(asked).hasSize(4);
  }

  @Test
  void contentOfAnotherDigestIsRefused() {
    replies = _ -> Reply.of(200).with(MANIFEST);
    Digest other = Digest.sha256(new byte[] {1});
    assertThat(kind(() -> client(null).manifest(repository(), other.value())))
        .isEqualTo(OciException.Kind.MISMATCH);
    assertThat(kind(() -> client(null).blob(repository(), other)))
        .isEqualTo(OciException.Kind.MISMATCH);
  }

  @Test
  void anAnswerWithoutEndIsNotReadToItsEnd() {
    replies = _ -> Reply.of(200).with(new byte[4 * 1024 * 1024 + 1]);
    assertThatThrownBy(() -> client(null).manifest(repository(), "1"))
        .hasMessageContaining("over 4194304 bytes");
  }

  @Test
  void theRegistrysOwnWordsAreTold() {
    replies =
        _ ->
            Reply.of(400)
                .with(
                    "{\"errors\":[{\"code\":\"MANIFEST_INVALID\",\"message\":\"bad layer\"}]}"
                        .getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> client(null).putManifest(repository(), "1", "x/y", MANIFEST))
        .hasMessage(
            "cannot write %s: %s answered 400 (MANIFEST_INVALID: bad layer)"
                .formatted(repository().tagged("1"), repository().host()));
  }

  private URI url() {
    return URI.create("http://127.0.0.1:" + odd.getAddress().getPort());
  }

  private Repository repository() {
    return new Repository(url().getAuthority(), "a/b");
  }

  private RegistryClient client(@Nullable Credentials credentials) {
    return new RegistryClient(
        HttpClient.newHttpClient(),
        new Connector.DockerRegistry("odd", url(), "robot", SecretRef.of("s")),
        credentials,
        RULES);
  }

  private static OciException.Kind kind(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(OciException.class, call).kind();
  }

  private static SSLContext trust(Path certificate) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null);
    try (InputStream pem = Files.newInputStream(certificate)) {
      store.setCertificateEntry(
          "registry", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
