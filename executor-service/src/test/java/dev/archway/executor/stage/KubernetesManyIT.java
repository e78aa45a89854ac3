package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.command.StageCommand.StopStage;
import dev.archway.contract.connector.Connector.DockerRegistry;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.status.Status;
import dev.archway.executor.RecordedReports;
import dev.archway.executor.Samples;
import dev.archway.executor.TestCluster;
import dev.archway.executor.runtime.StageRuntime;
import io.fabric8.kubernetes.api.model.Pod;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Five hundred stages of all sorts at once: each ends as it has to, and nothing of them is left.
 */
final class KubernetesManyIT {
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** What becomes of a stage, and how many there are of it. */
  private enum Sort {
    SUCCEEDS(12, "echo on", null),
    FAILS(5, "exit 3", FailureReason.EXIT_CODE),
    HAS_NO_IMAGE(3, "true", FailureReason.IMAGE_UNAVAILABLE),
    IS_STOPPED(5, "echo on; sleep 600", FailureReason.STOPPED),
    LOSES_ITS_POD(5, "echo on; sleep 600", FailureReason.LOST),
    IS_STOPPED_BEFORE_A_NODE_TAKES_IT(470, "true", FailureReason.STOPPED);

    final int count;
    final String command;
    final @Nullable FailureReason reason;

    Sort(int count, String command, @Nullable FailureReason reason) {
      this.count = count;
      this.command = command;
      this.reason = reason;
    }
  }

  @Test
  void nothingIsLeftOfFiveHundredStages(@TempDir Path home) {
    RecordedReports reports = new RecordedReports();
    Map<StageKey, Sort> stages = new LinkedHashMap<>();
    try (TestCluster cluster = TestCluster.find();
        StageRuntime runtime = cluster.runtime();
        StageWorker worker =
            new StageWorker(
                home.resolve("stages"),
                runtime,
                reports,
                new StageWorker.Capacity(1, 500),
                Samples.SECRETS,
                Clock.systemUTC())) {
      Set<String> before = new HashSet<>(cluster.remains(null));
      for (Sort sort : Sort.values()) {
        for (int i = 0; i < sort.count; i++) {
          RunStage command = command(cluster, sort, i);
          stages.put(command.key(), sort);
          worker.handle(command);
        }
      }
      Set<StageKey> ended = new HashSet<>();
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(500))
          .until(() -> {
            end(cluster, worker, reports, stages, ended);
            return finished(reports).size() == stages.size() && worker.active() == 0;
          });
      finished(reports)
          .forEach((key, finished) -> {
            Sort sort = Objects.requireNonNull(stages.get(key));
            assertThat(finished.failure() == null ? null : finished.failure().reason())
                .as("%s: %s", sort, finished.failure())
                .isEqualTo(sort.reason);
            assertThat(finished.status() == Status.SUCCESS).isEqualTo(sort.reason == null);
          });
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            Set<String> left = new HashSet<>(cluster.remains(null));
            left.removeAll(before);
            assertThat(left).isEmpty();
            assertThat(cluster.client().persistentVolumeClaims().inAnyNamespace().list().getItems())
                .isEmpty();
          });
    }
  }

  /** Every fifth needs an account for its image, and so a Secret. */
  private static RunStage command(TestCluster cluster, Sort sort, int number) {
    StepPlan.Run plain = Samples.run("one", sort.command);
    DockerRegistry registry =
        new DockerRegistry(
            "reg",
            URI.create("http://" + cluster.registry()),
            number % 5 == 0 ? "ann" : null,
            number % 5 == 0 ? SecretRef.of("account.token") : null);
    String image = sort == Sort.HAS_NO_IMAGE ? "nowhere" : "library/alpine";
    StepPlan.Run step =
        new StepPlan.Run(
            "one",
            "one",
            plain.timeout(),
            cluster.registry() + "/" + image,
            registry,
            sort.command,
            plain.shell(),
            Map.of(),
            plain.resources(),
            null,
            false,
            null);
    Placement placement = Samples.placement(cluster.connector(), "default");
    return Samples.stage(
        Samples.key(),
        Platform.LINUX_AMD64,
        sort == Sort.IS_STOPPED_BEFORE_A_NODE_TAKES_IT
            ? placement.at(
                placement.connector(), "default", Map.of("example.test/none", "here"), List.of())
            : placement,
        null,
        step);
  }

  /** Stops stages and deletes pods once they are there or say that they run. */
  private static void end(
      TestCluster cluster,
      StageWorker worker,
      RecordedReports reports,
      Map<StageKey, Sort> stages,
      Set<StageKey> ended) {
    Set<StageKey> loud =
        reports.told().stream()
            .filter(LogChunk.class::isInstance)
            .map(chunk -> ((LogChunk) chunk).key())
            .collect(Collectors.toSet());
    List<Pod> pods = cluster.client().pods().inNamespace("default").list().getItems();
    stages.forEach((key, sort) -> {
      Pod pod = pods.stream().filter(p -> of(p, key)).findFirst().orElse(null);
      boolean due =
          switch (sort) {
            case IS_STOPPED, LOSES_ITS_POD -> loud.contains(key);
            case IS_STOPPED_BEFORE_A_NODE_TAKES_IT -> pod != null;
            default -> false;
          };
      if (due && ended.add(key)) {
        if (sort == Sort.LOSES_ITS_POD) {
          var _ = cluster.client().resource(Objects.requireNonNull(pod)).delete();
        } else {
          worker.handle(new StopStage(key, "ann"));
        }
      }
    });
  }

  private static boolean of(Pod pod, StageKey key) {
    return key.execution()
        .value()
        .equals(pod.getMetadata().getLabels().get("dev.archway/execution"));
  }

  private static Map<StageKey, StageFinished> finished(RecordedReports reports) {
    return reports.told().stream()
        .filter(StageFinished.class::isInstance)
        .map(StageFinished.class::cast)
        .collect(Collectors.toMap(StageFinished::key, each -> each));
  }
}
