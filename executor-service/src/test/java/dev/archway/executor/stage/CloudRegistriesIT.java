package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.archway.contract.connector.Connector.DockerRegistry;
import dev.archway.contract.connector.EcrAccess;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.Repository;
import dev.archway.contract.plan.StepPlan;
import dev.archway.executor.Engines;
import dev.archway.executor.RecordedReports;
import dev.archway.executor.Samples;
import dev.archway.executor.runtime.podman.PodmanRuntime;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Builds on podman for a registry that takes the users of clouds' registries only. */
final class CloudRegistriesIT {
  private static final SecretRef SECRET = SecretRef.of("account.cloud");

  /** bcrypt of "secret" (docker-registry reads nothing else). */
  private static final String HASH =
      ":$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

  private final Path home;
  private final RecordedReports reports = new RecordedReports();
  private Engines engines;
  private PodmanRuntime runtime;
  private StageWorker worker;
  private Process registry;
  private HttpServer tokens;
  private int port;

  @SuppressWarnings("NullAway.Init")
  CloudRegistriesIT(@TempDir Path home) {
    this.home = home;
  }

  @BeforeEach
  void start() throws Exception {
    engines = Engines.start(home);
    runtime =
        new PodmanRuntime(
            engines.settings(),
            List.of(Platform.LINUX_AMD64),
            secret -> secret.equals(SECRET) ? "secret" : "",
            Clock.systemUTC());
    worker =
        new StageWorker(
            home.resolve("stages"),
            runtime,
            reports,
            new StageWorker.Capacity(2, 2),
            Samples.SECRETS,
            Clock.systemUTC());
    port = Engines.freePort();
    Files.writeString(home.resolve("users"), "_json_key" + HASH + "client" + HASH + "AWS" + HASH);
    Path config = home.resolve("closed.yml");
    Files.writeString(
        config,
        """
        version: 0.1
        log: {level: error, accesslog: {disabled: true}}
        storage: {filesystem: {rootdirectory: %1$s/closed}}
        http: {addr: "127.0.0.1:%2$d", secret: test}
        auth: {htpasswd: {realm: test, path: %1$s/users}}
        """
            .formatted(home, port));
    registry =
        new ProcessBuilder("docker-registry", "serve", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("closed.log").toFile())
            .start();
    Awaitility.await()
        .until(() ->
            Engines.shell(
                    "curl -s -o /dev/null -w '%%{http_code}' http://localhost:%d/v2/ || true"
                        .formatted(port),
                    Map.of())
                .equals("401"));
    tokens = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    tokens.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String token =
                Base64.getEncoder().encodeToString("AWS:secret".getBytes(StandardCharsets.UTF_8));
            byte[] answer =
                "{\"authorizationData\":[{\"authorizationToken\":\"%s\"}]}"
                    .formatted(token)
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
          }
        });
    tokens.start();
  }

  @AfterEach
  void stop() {
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> worker.active() == 0);
    worker.close();
    runtime.close();
    registry.destroyForcibly();
    tokens.stop(0);
    engines.close();
  }

  @Test
  void eachCloudsUserPushesAndLayersAreKeptForTheNext() throws Exception {
    StepPlan file =
        Samples.run(
            "file", "printf 'FROM alpine\\nRUN echo made anew; date >/made\\n' >Dockerfile");
    EcrAccess ecr =
        new EcrAccess("eu-west-1", URI.create("http://127.0.0.1:" + tokens.getAddress().getPort()));
    StageFinished first =
        run(file, push("_json_key", null), push("client", null), push("AWS", ecr));
    assertThat(first.failure()).isNull();
    assertThat(reports.text("push_json_key")).contains("made anew");
    var _ =
        engines.shell(
            "for u in _json_key client AWS; do curl -sf -u $u:secret http://localhost:%d/v2/acme/$(echo $u | tr -d _ | tr A-Z a-z)/manifests/1.0 -H 'Accept: application/vnd.oci.image.manifest.v1+json'; done"
                .formatted(port));
    assertThat(
            engines.shell(
                "curl -sf -u AWS:secret http://localhost:%d/v2/acme/cache-linux-amd64/tags/list"
                    .formatted(port)))
        .contains("acme/cache-linux-amd64");
    reports.clear();
    assertThat(run(stepOf("acme/aws:1.0", ecr)).failure()).isNull();
    assertThat(reports.text("use")).containsExactly("as made");
  }

  /** A step whose image lies there. */
  private StepPlan stepOf(String image, EcrAccess ecr) {
    return new StepPlan.Run(
        "use",
        "use",
        Samples.MINUTE,
        image,
        new DockerRegistry("AWS", URI.create("http://localhost:" + port), "AWS", SECRET, ecr),
        "[ -s /made ] && echo as made",
        StepPlan.Shell.SH,
        Map.of(),
        StepPlan.Resources.UNLIMITED,
        "Always",
        false,
        null);
  }

  @Test
  void anAccountThatIsRefusedFailsThePushAtOnce() {
    StepPlan file = Samples.run("file", "printf 'FROM alpine\\n' >Dockerfile");
    assertThat(run(file, push("nobody", null)).failure())
        .satisfies(failure -> assertThat(String.valueOf(failure)).contains("push"));
  }

  private StageFinished run(StepPlan... steps) {
    worker.handle(
        Samples.stage(Samples.key(), Platform.LINUX_AMD64, Samples.placement(), null, steps));
    return Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .until(reports::finished, Optional::isPresent)
        .orElseThrow();
  }

  private StepPlan push(String user, @Nullable EcrAccess ecr) {
    String host = "localhost:" + port;
    String name = user.replace("_", "").toLowerCase(java.util.Locale.ROOT);
    return new StepPlan.BuildAndPush(
        "push" + user,
        "push",
        Samples.MINUTE,
        new DockerRegistry(user, URI.create("http://" + host), user, SECRET, ecr),
        Repository.parse(host + "/acme/" + name),
        List.of("1.0"),
        ".",
        "Dockerfile",
        null,
        Map.of(),
        Map.of(),
        Map.of(),
        StepPlan.Resources.UNLIMITED,
        List.of(),
        user.equals("nobody") ? null : Repository.parse(host + "/acme/cache"),
        "BuildAndPushECR");
  }
}
