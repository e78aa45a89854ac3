package dev.archway.executor.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.connector.Connector.DockerRegistry;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.status.Status;
import dev.archway.executor.RecordedReports;
import dev.archway.executor.Samples;
import dev.archway.executor.TestCluster;
import dev.archway.executor.runtime.StageRuntime;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.stage.StageWorker;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Secret of a stage whose executor died after it had made that, and before the pod. */
final class PullSecretIT {
  @Test
  void isUsedAndGoesWithTheStageWhetherThatIsRunOrNot(@TempDir Path home) throws Exception {
    RecordedReports reports = new RecordedReports();
    try (TestCluster cluster = TestCluster.find();
        StageRuntime runtime = cluster.runtime();
        StageWorker worker =
            new StageWorker(
                home,
                runtime,
                reports,
                new StageWorker.Capacity(1, 1),
                Samples.SECRETS,
                Clock.systemUTC())) {
      RunStage runs = leftBehind(cluster);
      worker.handle(runs);
      assertThat(
              Awaitility.await()
                  .atMost(Duration.ofMinutes(2))
                  .until(reports::finished, Optional::isPresent)
                  .orElseThrow()
                  .status())
          .isEqualTo(Status.SUCCESS);
      RunStage over = leftBehind(cluster);
      CountDownLatch forgotten = new CountDownLatch(1);
      worker.forget(over, forgotten::countDown);
      assertThat(forgotten.await(1, TimeUnit.MINUTES)).isTrue();
      for (RunStage stage : new RunStage[] {runs, over}) {
        Awaitility.await()
            .atMost(Duration.ofMinutes(1))
            .until(() -> cluster.remains(stage.key().execution().value()).isEmpty());
      }
    }
  }

  private static RunStage leftBehind(TestCluster cluster) {
    StepPlan.Run plain = Samples.run("one", "echo on");
    RunStage stage =
        Samples.stage(
            Samples.key(),
            Platform.LINUX_AMD64,
            Samples.placement(cluster.connector(), "default"),
            null,
            new StepPlan.Run(
                "one",
                "one",
                plain.timeout(),
                cluster.registry() + "/library/alpine",
                new DockerRegistry(
                    "reg",
                    URI.create("http://" + cluster.registry()),
                    "ann",
                    SecretRef.of("account.token")),
                plain.command(),
                plain.shell(),
                Map.of(),
                plain.resources(),
                null,
                false,
                null));
    var _ =
        cluster
            .client()
            .resource(
                new SecretBuilder()
                    .withNewMetadata()
                    .withNamespace("default")
                    .withName(PodNames.pod(StageSpec.of(stage)))
                    .withLabels(PodTemplate.ownLabels(stage.key()))
                    .endMetadata()
                    .withType("kubernetes.io/dockerconfigjson")
                    .addToStringData(".dockerconfigjson", "{\"auths\":{}}")
                    .build())
            .create();
    assertThat(cluster.remains(stage.key().execution().value())).hasSize(1);
    return stage;
  }
}
