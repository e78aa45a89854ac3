package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.connector.ClusterAllowances;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StepPlan;
import dev.archway.executor.Engines;
import dev.archway.executor.RecordedReports;
import dev.archway.executor.Samples;
import dev.archway.executor.TestCluster;
import dev.archway.executor.runtime.kubernetes.KubernetesRuntime;
import dev.archway.executor.runtime.kubernetes.KubernetesSettings;
import dev.archway.executor.stage.FaultyApi.Fault;
import io.fabric8.kubernetes.api.model.LimitRangeBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster, its API server and registries in trouble, and what is told of it. */
final class KubernetesTroubleIT {
  private final TestCluster cluster = TestCluster.find();
  private final RecordedReports reports = new RecordedReports();
  private final KubernetesRuntime runtime;
  private final StageWorker worker;

  KubernetesTroubleIT(@TempDir Path home) {
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

  private StageKey begin(Placement placement, StepPlan... steps) {
    StageKey key = Samples.key();
    worker.handle(Samples.stage(key, Platform.LINUX_AMD64, placement, null, steps));
    return key;
  }

  private StageFinished await() {
    return Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofMillis(20))
        .until(reports::finished, Optional::isPresent)
        .orElseThrow();
  }

  private Failure failure() {
    return Objects.requireNonNull(await().failure());
  }

  private Placement placement(String namespace) {
    return Samples.placement(cluster.connector(), namespace);
  }

  private void awaitLine(String step, String line) {
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> reports.text(step).contains(line));
  }

  private Pod pod(StageKey key, String namespace) {
    return cluster
        .client()
        .pods()
        .inNamespace(namespace)
        .withLabel("dev.archway/execution", key.execution().value())
        .list()
        .getItems()
        .getFirst();
  }

  @Test
  void serversWrongAnswersHarmNothing() throws Exception {
    try (FaultyApi api = FaultyApi.before(cluster.client().getMasterUrl(), cluster.authority())) {
      Connector connector =
          new Connector.K8sCluster(
              "faulty", List.of(), cluster.access(api.url()), ClusterAllowances.NONE);
      api.begin(Fault.INTERNAL_ERROR);
      StageKey key =
          begin(
              Samples.placement(connector, "default"),
              Samples.run("count", "for i in $(seq 1 100); do echo $i; sleep 0.2; done"),
              Samples.run("next", "echo after"));
      Awaitility.await().until(() -> api.given() > 3);
      api.begin(Fault.TOO_MANY_REQUESTS);
      Awaitility.await().until(() -> api.given() > 3);
      api.begin(Fault.NONE);
      awaitLine("count", "5");
      for (Fault fault : List.of(Fault.WATCH_GONE, Fault.INTERNAL_ERROR, Fault.TOO_MANY_REQUESTS)) {
        api.begin(fault);
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> api.given() > 1);
      }
      api.begin(Fault.NONE);
      assertThat(await().failure()).isNull();
      assertThat(reports.text("count"))
          .isEqualTo(IntStream.rangeClosed(1, 100).mapToObj(Integer::toString).toList());
      assertThat(reports.text("next")).containsExactly("after");
      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> worker.active() == 0);
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> cluster.remains(key.execution().value()).isEmpty());
    }
  }

  @Test
  void evictedPodIsLostInItsNodesWords() {
    String namespace = "evict-" + Samples.key().execution().value();
    var _ =
        cluster
            .client()
            .resource(
                new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
            .create();
    try {
      cluster.grant(namespace);
      var _ =
          cluster
              .client()
              .resource(
                  new LimitRangeBuilder()
                      .withNewMetadata()
                      .withName("disk")
                      .withNamespace(namespace)
                      .endMetadata()
                      .withNewSpec()
                      .addNewLimit()
                      .withType("Container")
                      .addToDefault("ephemeral-storage", new Quantity("20Mi"))
                      .addToDefaultRequest("ephemeral-storage", new Quantity("1Mi"))
                      .endLimit()
                      .endSpec()
                      .build())
              .create();
      Awaitility.await()
          .until(() ->
              cluster.client().serviceAccounts().inNamespace(namespace).withName("default").get()
                  != null);
      begin(
          placement(namespace),
          Samples.run("fill", "dd if=/dev/zero of=/tmp/big bs=1M count=60; echo full; sleep 600"));
      Failure failure = failure();
      assertThat(failure.reason()).isEqualTo(FailureReason.LOST);
      assertThat(failure.retryable()).isTrue();
      assertThat(failure.message()).contains("Evicted").contains("ephemeral");
      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> worker.active() == 0);
    } finally {
      var _ = cluster.client().namespaces().withName(namespace).delete();
    }
  }

  @Test
  void stageOfALostNodeIsLost() throws Exception {
    String kubelet = System.getenv("ARCHWAY_TEST_KUBELET_ARM64");
    Assumptions.assumeTrue(
        kubelet != null, "ARCHWAY_TEST_KUBELET_ARM64: the process id of the arm64 node's kubelet");
    worker.handle(
        Samples.stage(
            Samples.key(),
            Platform.LINUX_ARM64,
            placement("default"),
            null,
            Samples.run("wait", "alpine", "echo on; sleep 600", Duration.ofMinutes(10), null)));
    awaitLine("wait", "on");
    var _ = Engines.shell("kill -STOP " + kubelet, Map.of());
    try {
      // A node is called lost after 40 s, and may come back for 60 s more.
      Failure failure = failure();
      assertThat(failure.reason()).isEqualTo(FailureReason.LOST);
      assertThat(failure.retryable()).isTrue();
    } finally {
      var _ = Engines.shell("kill -CONT " + kubelet, Map.of());
    }
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .until(() ->
            cluster
                .client()
                .nodes()
                .withLabel("kubernetes.io/arch", "arm64")
                .list()
                .getItems()
                .stream()
                .allMatch(node -> node.getSpec().getTaints().size() == 1));
  }

  @Test
  void podsOwnDeadlineIsTold() {
    StageKey key = begin(placement("default"), Samples.run("wait", "echo on; sleep 600"));
    awaitLine("wait", "on");
    var _ =
        cluster
            .client()
            .pods()
            .inNamespace("default")
            .withName(pod(key, "default").getMetadata().getName())
            .patch(
                PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"activeDeadlineSeconds\":1}}");
    Failure failure = failure();
    assertThat(failure.reason()).isEqualTo(FailureReason.LOST);
    assertThat(failure.message()).contains("DeadlineExceeded");
  }

  @Test
  void registryThatAsksToComeLaterIsAskedAgain() throws Exception {
    try (RegistryProxy registry = RegistryProxy.before(cluster.registry())) {
      registry.refuse(4);
      begin(
          placement("default"),
          Samples.run(
              "one",
              registry.host() + "/library/alpine:latest",
              "echo pulled",
              Samples.MINUTE,
              null));
      assertThat(await().failure()).isNull();
      assertThat(registry.asked()).isGreaterThan(4);
      assertThat(reports.text("one")).containsExactly("pulled");
    }
  }

  @Test
  void podThatDoesNotGetReadyInTimeIsToldWithWhatItWaitsFor() throws Exception {
    // Takes connections and says nothing.
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      var _ = Thread.ofVirtual().start(() -> hold(silent));
      begin(
          placement("default"),
          Samples.run(
              "one",
              "localhost:%d/library/alpine:latest".formatted(silent.getLocalPort()),
              "true",
              Samples.MINUTE,
              null));
      Failure failure = failure();
      assertThat(failure.reason()).isEqualTo(FailureReason.RUNTIME_UNAVAILABLE);
      assertThat(failure.retryable()).isTrue();
      assertThat(failure.message()).contains("could not start within").contains("waited for");
    }
  }

  private static void hold(ServerSocket silent) {
    java.util.ArrayList<java.net.Socket> held = new java.util.ArrayList<>();
    try {
      while (true) {
        held.add(silent.accept());
      }
    } catch (IOException _) {
      // Closed.
    }
    for (java.net.Socket each : held) {
      try {
        each.close();
      } catch (IOException _) {
        // Gone already.
      }
    }
  }
}
