package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.connector.Connector.DockerRegistry;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.Repository;
import dev.archway.contract.plan.StepPlan;
import dev.archway.executor.Engines;
import dev.archway.executor.RecordedReports;
import dev.archway.executor.Samples;
import dev.archway.executor.TestCluster;
import dev.archway.executor.runtime.kubernetes.KubernetesRuntime;
import dev.archway.executor.runtime.kubernetes.KubernetesSettings;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Builds in pods and registries that ask who is there, or keep layers for the next build. */
final class KubernetesRegistriesIT {
  private static final SecretRef PASSWORD = SecretRef.of("account.registry");

  /** bcrypt of "secret" (docker-registry reads nothing else). */
  private static final String USERS =
      "robot:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

  private final TestCluster cluster = TestCluster.find();
  private final RecordedReports reports = new RecordedReports();
  private final Path home;
  private final List<Process> registries = new ArrayList<>();
  private @Nullable KubernetesRuntime runtime;
  private @Nullable StageWorker worker;

  KubernetesRegistriesIT(@TempDir Path home) {
    this.home = home;
  }

  @AfterEach
  void stop() {
    StageWorker works = Objects.requireNonNull(worker);
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> works.active() == 0);
    works.close();
    Objects.requireNonNull(runtime).close();
    registries.forEach(Process::destroyForcibly);
    cluster.close();
  }

  private void start(@Nullable String cache, @Nullable String authorities) {
    KubernetesSettings settings = cluster.settings();
    KubernetesRuntime runs =
        new KubernetesRuntime(
            new KubernetesSettings(
                settings.agentImage(),
                settings.builderImage(),
                settings.transferImage(),
                settings.initTimeout(),
                settings.sweepAfter(),
                settings.mirrors(),
                settings.insecureRegistries(),
                cache,
                authorities),
            List.of(Platform.LINUX_AMD64),
            secret -> secret.equals(PASSWORD) ? "secret" : cluster.secret(secret),
            Clock.systemUTC());
    runtime = runs;
    worker =
        new StageWorker(
            home.resolve("stages"),
            runs,
            reports,
            new StageWorker.Capacity(2, 2),
            Samples.SECRETS,
            Clock.systemUTC());
  }

  private StageFinished run(StepPlan... steps) {
    reports.clear();
    Objects.requireNonNull(worker)
        .handle(
            Samples.stage(
                Samples.key(),
                Platform.LINUX_AMD64,
                Samples.placement(cluster.connector(), "default"),
                null,
                steps));
    return Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .until(reports::finished, Optional::isPresent)
        .orElseThrow();
  }

  @Test
  void layersOfAnEarlierBuildAreUsed() {
    start(cluster.registry() + "/cache/" + Samples.key().execution().value(), null);
    StepPlan file =
        Samples.run(
            "file",
            "printf 'FROM alpine AS dev-env\\nRUN echo made anew; date >/made\\n' >Dockerfile");
    StepPlan push = Samples.build("push", cluster.registry(), "Dockerfile");
    assertThat(run(file, push).failure()).isNull();
    assertThat(reports.text("push")).contains("made anew");
    assertThat(run(file, push).failure()).isNull();
    assertThat(reports.text("push"))
        .doesNotContain("made anew")
        .anyMatch(line -> line.contains("Cache pulled from remote"));
  }

  @Test
  void pushesOverTlsWithAnAccountAndPullsAPrivateImage() throws Exception {
    String address = cluster.registry().substring(0, cluster.registry().indexOf(':'));
    var _ =
        Engines.shell(
            "cd %s; openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 1 -subj /CN=registry -addext subjectAltName=IP:%s 2>/dev/null"
                .formatted(home, address),
            Map.of());
    Files.writeString(home.resolve("users"), USERS);
    int secure = Engines.freePort();
    registry(
        address, secure, ", tls: {certificate: %1$s/cert.pem, key: %1$s/key.pem}".formatted(home));
    int plain = Engines.freePort();
    registry("127.0.0.1", plain, "");
    start(null, Files.readString(home.resolve("cert.pem")));

    String host = address + ":" + secure;
    assertThat(
            run(
                    Samples.run(
                        "file",
                        "printf 'FROM alpine AS dev-env\\nRUN echo mine >/mine\\n' >Dockerfile"),
                    push(host, "robot"))
                .failure())
        .isNull();
    assertThat(reports.step("push").images()).hasSize(1);

    String image = "localhost:%d/private/app:1.0".formatted(plain);
    DockerRegistry account =
        new DockerRegistry("private", URI.create("http://localhost:" + plain), "robot", PASSWORD);
    assertThat(run(read(image, account)).failure()).isNull();
    assertThat(reports.text("read")).containsExactly("mine");
    StageFinished refused = run(read(image.replace(":1.0", ":none"), null));
    assertThat(Objects.requireNonNull(refused.failure()).reason())
        .isEqualTo(FailureReason.IMAGE_UNAVAILABLE);
    StageFinished unknown =
        run(Samples.run("file", "printf 'FROM alpine\\n' >Dockerfile"), push(host, null));
    assertThat(Objects.requireNonNull(unknown.failure()).reason())
        .isEqualTo(FailureReason.PUSH_FAILED);
    assertThat(unknown.failure().message()).contains("authentication required");
  }

  private static StepPlan read(String image, @Nullable DockerRegistry account) {
    return new StepPlan.Run(
        "read",
        "read",
        Samples.MINUTE,
        image,
        account,
        "cat /mine",
        StepPlan.Shell.SH,
        Map.of(),
        StepPlan.Resources.UNLIMITED,
        "Always",
        false,
        null);
  }

  private static StepPlan push(String host, @Nullable String user) {
    return new StepPlan.BuildAndPush(
        "push",
        "push",
        Samples.MINUTE,
        new DockerRegistry(
            "secure", URI.create("https://" + host), user, user == null ? null : PASSWORD),
        Repository.parse(host + "/private/app"),
        List.of("1.0"),
        ".",
        "Dockerfile",
        null,
        Map.of(),
        Map.of(),
        StepPlan.Resources.UNLIMITED);
  }

  private void registry(String address, int port, String tls) throws Exception {
    Path config = home.resolve("registry-%d.yml".formatted(port));
    Files.writeString(
        config,
        """
        version: 0.1
        log: {level: error, accesslog: {disabled: true}}
        storage: {filesystem: {rootdirectory: %1$s/registry}}
        http: {addr: "%2$s:%3$d", secret: test%4$s}
        auth: {htpasswd: {realm: test, path: %1$s/users}}
        """
            .formatted(home, address, port, tls));
    registries.add(
        new ProcessBuilder("docker-registry", "serve", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("registry-%d.log".formatted(port)).toFile())
            .start());
    Awaitility.await()
        .until(() -> {
          try (Socket socket = new Socket(address, port)) {
            return socket.isConnected();
          } catch (java.io.IOException _) {
            return false;
          }
        });
  }
}
