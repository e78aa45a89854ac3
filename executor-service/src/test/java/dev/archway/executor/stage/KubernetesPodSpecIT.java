package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.connector.ClusterAllowances;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StepPlan;
import dev.archway.executor.RecordedReports;
import dev.archway.executor.Samples;
import dev.archway.executor.TestCluster;
import dev.archway.executor.runtime.StageRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a pipeline says of its pods arrives there, as far as the connector allows it. */
final class KubernetesPodSpecIT {
  private final TestCluster cluster = TestCluster.find();
  private final RecordedReports reports = new RecordedReports();
  private final StageRuntime runtime = cluster.runtime();
  private final StageWorker worker;

  KubernetesPodSpecIT(@TempDir Path home) {
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
      Connector connector,
      List<Placement.Volume> volumes,
      List<String> hostNames,
      @Nullable Duration initTimeout,
      @Nullable String overlay) {
    return new Placement(
        connector,
        "default",
        null,
        null,
        null,
        null,
        Map.of(),
        List.of(),
        Map.of(),
        Map.of(),
        null,
        volumes,
        hostNames,
        initTimeout,
        overlay);
  }

  private StageFinished run(Placement placement, StepPlan... steps) {
    worker.handle(Samples.stage(Samples.key(), Platform.LINUX_AMD64, placement, null, steps));
    return Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(20))
        .until(reports::finished, Optional::isPresent)
        .orElseThrow();
  }

  private Failure refused(Placement placement) {
    Failure failure =
        Objects.requireNonNull(run(placement, Samples.run("one", "echo ran")).failure());
    assertThat(failure.reason()).isEqualTo(FailureReason.INVALID_SPEC);
    assertThat(reports.text("one")).isEmpty();
    return failure;
  }

  @Test
  void stepsShareTheVolumesNamesAndSettingsOfTheirPod(@TempDir Path node) throws Exception {
    Files.writeString(node.resolve("from-the-node"), "");
    Connector connector =
        cluster.connector(new ClusterAllowances(false, List.of(), false, List.of(node.toString())));
    StageFinished finished =
        run(
            placement(
                connector,
                List.of(
                    new Placement.Volume.EmptyDir("/data/one", false, null),
                    new Placement.Volume.EmptyDir("/data/two", true, 8L * 1024 * 1024),
                    new Placement.Volume.HostPath("/node", node.toString(), "Directory")),
                List.of("database", "cache.local"),
                null,
                """
                spec:
                  hostAliases: [{ip: 192.0.2.9, hostnames: [mirror]}]
                  dnsPolicy: None
                  dnsConfig: {nameservers: [192.0.2.53], searches: [example.test]}
                  nodeSelector: {kubernetes.io/arch: arm64}
                  volumes: [{name: more, emptyDir: {}}]
                  containers: [{name: foreign, image: alpine}]
                """),
            Samples.run("write", "echo shared >/data/one/file"),
            Samples.run(
                "read",
                """
                cat /data/one/file; ls /node; uname -m
                awk '$2 == "/data/two" {print $3}' /proc/mounts
                awk '/database|mirror/ {print $1, $2}' /etc/hosts; awk '{print $2}' /etc/resolv.conf
                """));
    assertThat(finished.failure()).isNull();
    assertThat(reports.text("read"))
        .containsExactly(
            "shared",
            "from-the-node",
            "x86_64",
            "tmpfs",
            "127.0.0.1 database",
            "192.0.2.9 mirror",
            "example.test",
            "192.0.2.53");
  }

  @Test
  void pathsOfTheNodeAreRefusedUnlessAllowed() {
    Failure failure =
        refused(
            placement(
                cluster.connector(
                    new ClusterAllowances(false, List.of(), false, List.of("/srv/cache"))),
                List.of(new Placement.Volume.HostPath("/node", "/srv/cache/../../etc", null)),
                List.of(),
                null,
                null));
    assertThat(failure.message()).contains("/srv/cache/../../etc").contains("allow.hostPaths");
  }

  @Test
  void overlayThatTakesTheNodesNamespacesIsRefused() {
    Failure failure =
        refused(
            placement(
                cluster.connector(), List.of(), List.of(), null, "spec: {hostNetwork: true}"));
    assertThat(failure.message()).contains("allow.hostNamespaces");
  }

  @Test
  void overlayThatTakesAForeignAccountIsRefused() {
    Failure failure =
        refused(
            placement(
                cluster.connector(),
                List.of(),
                List.of(),
                null,
                "spec: {serviceAccountName: robot}"));
    assertThat(failure.message()).contains("robot").contains("allow.serviceAccounts");
  }

  @Test
  void overlayThatHidesTheStagesVolumesIsRefused() {
    Failure failure =
        refused(
            placement(
                cluster.connector(),
                List.of(),
                List.of(),
                null,
                "spec: {volumes: [{name: archway, emptyDir: {}}]}"));
    assertThat(failure.message()).contains("volume \"archway\"");
  }

  @Test
  void stageThatDoesNotStartInItsOwnTimeIsTold() {
    StageFinished finished =
        run(
            placement(
                cluster.connector(),
                List.of(),
                List.of(),
                Duration.ofSeconds(3),
                "spec: {nodeSelector: {example.test/none: here}}"),
            Samples.run("one", "echo ran"));
    assertThat(Objects.requireNonNull(finished.failure()).message()).contains("within 3s");
    assertThat(reports.text("one")).isEmpty();
  }
}
