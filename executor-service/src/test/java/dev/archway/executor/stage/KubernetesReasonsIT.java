package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.connector.ClusterAccess;
import dev.archway.contract.connector.ClusterAllowances;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.event.StageEvent.StageStarted;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.status.Status;
import dev.archway.executor.RecordedReports;
import dev.archway.executor.Samples;
import dev.archway.executor.TestCluster;
import dev.archway.executor.runtime.kubernetes.KubernetesRuntime;
import dev.archway.executor.runtime.kubernetes.KubernetesSettings;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a cluster does to stages, and what is told of it. */
final class KubernetesReasonsIT {
  private final TestCluster cluster = TestCluster.find();
  private final RecordedReports reports = new RecordedReports();
  private final KubernetesRuntime runtime;
  private final StageWorker worker;
  private final Path home;

  KubernetesReasonsIT(@TempDir Path home) {
    this.home = home;
    KubernetesSettings settings = cluster.settings();
    runtime =
        new KubernetesRuntime(
            settings.within(Duration.ofSeconds(20), settings.sweepAfter()),
            List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64),
            cluster::secret,
            Clock.systemUTC());
    worker =
        new StageWorker(
            home.resolve("stages"),
            runtime,
            reports,
            new StageWorker.Capacity(2, 2),
            Samples.SECRETS,
            Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> worker.active() == 0);
    worker.close();
    runtime.close();
    cluster.close();
  }

  private static Placement placement(
      Connector connector, String namespace, String account, Map<String, String> selector) {
    return new Placement(
        connector,
        namespace,
        account,
        null,
        null,
        null,
        selector,
        List.of(),
        Map.of("team", "blue"),
        Map.of("note", "kept"),
        null);
  }

  private StageFinished run(Platform platform, Placement placement, StepPlan... steps) {
    worker.handle(Samples.stage(Samples.key(), platform, placement, null, steps));
    return Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(20))
        .until(reports::finished, java.util.Optional::isPresent)
        .orElseThrow();
  }

  private Failure failure(Platform platform, Placement placement) {
    return Objects.requireNonNull(
        run(platform, placement, Samples.run("one", "echo ran")).failure());
  }

  @Test
  void armStageRunsOnAnArmNodeAndPushesAnArmImage() {
    StageFinished finished =
        run(
            Platform.LINUX_ARM64,
            Samples.placement(cluster.connector(), "default"),
            Samples.run(
                "machine",
                "uname -m; printf 'FROM alpine AS dev-env\\nRUN uname -m\\n' >Dockerfile"),
            Samples.build("push", cluster.registry(), "Dockerfile"));
    assertThat(finished.failure()).isNull();
    assertThat(reports.text("machine")).containsExactly("aarch64");
    assertThat(reports.told().getFirst())
        .isInstanceOfSatisfying(
            StageStarted.class,
            started -> assertThat(started.emulated()).isEqualTo(cluster.emulates("arm64")));
    assertThat(reports.text("push")).contains("aarch64");
    assertThat(reports.step("push").images())
        .singleElement()
        .satisfies(image -> assertThat(image.platform()).isEqualTo(Platform.LINUX_ARM64));
  }

  @Test
  void platformWithoutANodeIsToldAtOnce() {
    Instant began = Instant.now();
    Failure failure =
        failure(Platform.parse("linux/s390x"), Samples.placement(cluster.connector(), "default"));
    assertThat(failure.reason()).isEqualTo(FailureReason.RUNTIME_UNAVAILABLE);
    assertThat(failure.message()).contains("linux/s390x").contains("none of its");
    assertThat(Duration.between(began, Instant.now())).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void unschedulableIsToldInTheSchedulersWords() {
    Failure failure =
        failure(
            Platform.LINUX_AMD64,
            placement(cluster.connector(), "default", "default", Map.of("disk", "none")));
    assertThat(failure.retryable()).isTrue();
    assertThat(failure.message()).contains("nodes are available");
  }

  @Test
  void usedUpQuotaIsToldInTheServersWords() {
    String namespace = "quota-" + Samples.key().execution().value();
    var _ =
        cluster
            .client()
            .resource(
                new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
            .create();
    cluster.grant(namespace);
    try {
      var _ =
          cluster
              .client()
              .resource(
                  new ResourceQuotaBuilder()
                      .withNewMetadata()
                      .withName("none")
                      .withNamespace(namespace)
                      .endMetadata()
                      .withNewSpec()
                      .addToHard("pods", new Quantity("0"))
                      .endSpec()
                      .build())
              .create();
      Awaitility.await()
          .until(() -> {
            var quota =
                cluster.client().resourceQuotas().inNamespace(namespace).withName("none").get();
            return quota.getStatus() != null
                && !quota.getStatus().getHard().isEmpty()
                && cluster
                        .client()
                        .serviceAccounts()
                        .inNamespace(namespace)
                        .withName("default")
                        .get()
                    != null;
          });
      Failure failure =
          failure(Platform.LINUX_AMD64, Samples.placement(cluster.connector(), namespace));
      assertThat(failure.message()).contains("exceeded quota: none");
      assertThat(failure.retryable()).isTrue();
    } finally {
      var _ = cluster.client().namespaces().withName(namespace).delete();
    }
  }

  @Test
  void whatTheConnectorDoesNotAllowIsRefused() {
    Failure failure =
        failure(Platform.LINUX_AMD64, placement(cluster.connector(), "default", "robot", Map.of()));
    assertThat(failure.reason()).isEqualTo(FailureReason.INVALID_SPEC);
    assertThat(failure.message()).contains("robot").contains("allow.serviceAccounts");
  }

  @Test
  void serversRefusalIsToldInItsWords() {
    Failure failure =
        failure(
            Platform.LINUX_AMD64,
            placement(
                cluster.connector(new ClusterAllowances(false, List.of("robot"), false, List.of())),
                "default",
                "robot",
                Map.of()));
    assertThat(failure.reason()).isEqualTo(FailureReason.INVALID_SPEC);
    assertThat(failure.message()).contains("serviceaccount \"robot\" not found");
  }

  @Test
  void deletedPodIsLostAndItsSpecHeldNoValue() {
    StageKey key = Samples.key();
    worker.handle(
        Samples.stage(
            key,
            Platform.LINUX_AMD64,
            placement(cluster.connector(), "default", "default", Map.of()),
            null,
            Samples.run("wait", "echo on; sleep 600")));
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> reports.text("wait").contains("on"));
    Pod pod =
        cluster
            .client()
            .pods()
            .inNamespace("default")
            .withLabel("dev.archway/execution", key.execution().value())
            .list()
            .getItems()
            .getFirst();
    assertThat(pod.getMetadata().getLabels()).containsEntry("team", "blue");
    assertThat(pod.getMetadata().getAnnotations()).containsEntry("note", "kept");
    assertThat(pod.getSpec().getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.toString()).doesNotContain("sleep 600").doesNotContain("two\nlines");
    var _ = cluster.client().resource(pod).withGracePeriod(0).delete();
    StageFinished finished =
        Awaitility.await()
            .atMost(Duration.ofMinutes(1))
            .until(reports::finished, java.util.Optional::isPresent)
            .orElseThrow();
    assertThat(finished.status()).isEqualTo(Status.FAILED);
    assertThat(Objects.requireNonNull(finished.failure()).reason()).isEqualTo(FailureReason.LOST);
    assertThat(Objects.requireNonNull(finished.failure()).retryable()).isTrue();
  }

  @Test
  void otherUserWithReadOnlyRootRunsItsSteps() {
    Placement placement =
        new Placement(
            cluster.connector(),
            "default",
            null,
            null,
            null,
            null,
            Map.of(),
            List.of(),
            Map.of(),
            Map.of(),
            new Placement.SecurityContext(
                null, false, 1234L, 1234L, true, true, List.of(), List.of("ALL")));
    StageFinished finished =
        run(
            Platform.LINUX_AMD64,
            placement,
            Samples.run("who", "id -u; touch /harness/mine; touch /not 2>/dev/null || echo no"));
    assertThat(finished.failure()).isNull();
    assertThat(reports.text("who")).containsExactly("1234", "no");
  }

  @Test
  void stepGoesOnWhileTheServerIsAway() throws Exception {
    try (SeverableProxy proxy = SeverableProxy.to(cluster.client().getMasterUrl())) {
      Path kubeconfig = home.resolve("kubeconfig");
      Files.writeString(
          kubeconfig,
          Files.readString(Path.of(cluster.kubeconfig()))
              .replaceFirst(
                  "server: \"?https://[^\",\\s}]+\"?", "server: \"" + proxy.url() + "\""));
      Connector connector =
          new Connector.K8sCluster(
              "proxy",
              List.of(),
              new ClusterAccess.Kubeconfig(kubeconfig.toString(), null),
              ClusterAllowances.NONE);
      worker.handle(
          Samples.stage(
              Samples.key(),
              Platform.LINUX_AMD64,
              Samples.placement(connector, "default"),
              null,
              Samples.run("count", "for i in $(seq 1 120); do echo $i; sleep 0.2; done"),
              Samples.run("next", "echo after")));
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> reports.text("count").contains("5"));
      proxy.sever();
      Awaitility.await()
          .pollDelay(Duration.ofSeconds(30))
          .atMost(Duration.ofSeconds(35))
          .until(() -> true);
      proxy.mend();
      StageFinished finished =
          Awaitility.await()
              .atMost(Duration.ofMinutes(1))
              .until(reports::finished, java.util.Optional::isPresent)
              .orElseThrow();
      assertThat(finished.failure()).isNull();
      assertThat(reports.text("count"))
          .isEqualTo(
              java.util.stream.IntStream.rangeClosed(1, 120).mapToObj(Integer::toString).toList());
      assertThat(reports.text("next")).containsExactly("after");
      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> worker.active() == 0);
    }
  }
}
