package dev.archway.executor.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.image.Platform;
import dev.archway.executor.RecordedReports;
import dev.archway.executor.Samples;
import dev.archway.executor.TestCluster;
import dev.archway.executor.runtime.StageRuntime;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.stage.StageWorker;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods that look like a stage's and that no executor made. */
final class ForgedPodIT {
  private static final String NAMESPACE = "default";

  private final TestCluster cluster = TestCluster.find();

  @AfterEach
  void close() {
    cluster.close();
  }

  /** All that can be seen of a stage, or derived from that, is in the forged pod. */
  @Test
  void aPodWithAStagesLabelsAndTheNameThatFollowsFromItsKeyIsNotTaken(@TempDir Path home) {
    RunStage command =
        Samples.stage(
                Samples.key(),
                Platform.LINUX_AMD64,
                Samples.placement(cluster.connector(), NAMESPACE),
                null,
                Samples.run("one", "echo on"))
            .known("0123456789abcdef0123456789abcdef");
    StageSpec seen = StageSpec.of(command.known(null));
    Pod forged =
        forged(PodNames.pod(seen), PodTemplate.ownLabels(command.key()), command.key().toString());
    RecordedReports reports = new RecordedReports();
    try (Cluster admin = new Cluster(cluster.asAccount());
        StageRuntime runtime = cluster.runtime();
        StageWorker worker =
            new StageWorker(
                home,
                runtime,
                reports,
                new StageWorker.Capacity(1, 1),
                Samples.SECRETS,
                Clock.systemUTC())) {
      try {
        worker.handle(command);
        StageFinished finished =
            Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(reports::finished, Optional::isPresent)
                .orElseThrow();
        assertThat(finished.failure()).isNull();
        assertThat(reports.text("one")).containsExactly("on");
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> worker.active() == 0);
        Awaitility.await()
            .atMost(Duration.ofMinutes(1))
            .untilAsserted(() ->
                assertThat(cluster.remains(command.key().execution().value()))
                    .containsExactly(forged.getMetadata().getName()));
      } finally {
        remove(admin, forged);
      }
    }
  }

  @Test
  void noSecretIsDeletedBecauseAPodWithOurLabelsNamesIt() {
    String name = "account-" + Samples.key().execution().value();
    var secret =
        new SecretBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace(NAMESPACE)
            .endMetadata()
            .addToStringData("password", "theirs")
            .build();
    var _ = cluster.client().resource(secret).create();
    Pod forged = forged(name, PodTemplate.ownLabels(Samples.key()), "stage");
    try (Cluster account = new Cluster(cluster.asAccount())) {
      try {
        var _ = cluster.client().resource(forged).delete();
        var _ = account.view(NAMESPACE, "none");
        Awaitility.await()
            .until(() ->
                account.unattended().stream()
                    .anyMatch(pod ->
                        pod.getMetadata().getName().equals(name) && Leftovers.ended(pod) != null));
        new Leftovers(account, Duration.ofDays(1)).remove(Instant.now().plus(Duration.ofDays(2)));
        assertThat(cluster.client().resource(secret).get()).isNotNull();
        assertThat(cluster.client().resource(forged).get()).isNotNull();
      } finally {
        remove(account, forged);
        var _ = cluster.client().resource(secret).delete();
      }
    }
  }

  /** It stays unscheduled, and its object stays after it was deleted. */
  private Pod forged(String name, Map<String, String> labels, String stage) {
    return cluster
        .client()
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(NAMESPACE)
                .withLabels(labels)
                .addToAnnotations("dev.archway/stage", stage)
                .withFinalizers(PodNames.FINALIZER)
                .endMetadata()
                .withNewSpec()
                .addToNodeSelector("example.test/nowhere", "true")
                .addNewImagePullSecret(name)
                .addNewContainer()
                .withName(PodNames.AGENT)
                .withImage("alpine")
                .endContainer()
                .endSpec()
                .build())
        .create();
  }

  private static void remove(Cluster account, Pod pod) {
    StagePod.release(account, NAMESPACE, pod.getMetadata().getName());
    var _ =
        account.ask(
            c -> c.pods().inNamespace(NAMESPACE).withName(pod.getMetadata().getName()).delete());
  }
}
