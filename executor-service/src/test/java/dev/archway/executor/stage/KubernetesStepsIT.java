package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.FailureStrategy;
import dev.archway.contract.plan.FailureStrategy.Action;
import dev.archway.contract.plan.FailureStrategy.ErrorKind;
import dev.archway.contract.plan.Flow;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.When;
import dev.archway.contract.status.Status;
import dev.archway.executor.RecordedReports;
import dev.archway.executor.Samples;
import dev.archway.executor.TestCluster;
import dev.archway.executor.runtime.kubernetes.KubernetesRuntime;
import dev.archway.executor.runtime.kubernetes.KubernetesSettings;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steps whose containers must know more than a command: retries, entry points; and leftovers. */
final class KubernetesStepsIT {
  private final TestCluster cluster = TestCluster.find();
  private final RecordedReports reports = new RecordedReports();
  private final KubernetesRuntime runtime;
  private final StageWorker worker;

  KubernetesStepsIT(@TempDir Path home) {
    KubernetesSettings settings = cluster.settings();
    runtime =
        new KubernetesRuntime(
            settings.within(settings.initTimeout(), Duration.ofSeconds(3)),
            List.of(Platform.LINUX_AMD64),
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

  private Placement placement() {
    return Samples.placement(cluster.connector(), "default");
  }

  private StageFinished run(RunStage command) {
    worker.handle(command);
    return Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(20))
        .until(reports::finished, Optional::isPresent)
        .orElseThrow();
  }

  private RunStage plain(StepPlan... steps) {
    return Samples.stage(Samples.key(), Platform.LINUX_AMD64, placement(), null, steps);
  }

  private RunStage retried(StepPlan step) {
    RunStage plain = plain(step);
    StagePlan stage = plain.stage();
    Action retry = new Action.Retry(2, List.of(), null, new Action.MarkAsFailure());
    return new RunStage(
        plain.key(),
        new StagePlan(
            stage.id(),
            stage.identifier(),
            stage.name(),
            stage.after(),
            stage.platform(),
            stage.placement(),
            stage.steps(),
            stage.timeout(),
            When.SUCCESS,
            List.of(
                new Flow.Step(
                    step.id(),
                    When.SUCCESS,
                    List.of(new FailureStrategy(Set.of(ErrorKind.ALL_ERRORS), retry)))),
            List.of(),
            Map.of(),
            Set.of(),
            null),
        null,
        plain.environment());
  }

  @Test
  void failedStepIsTriedAgainInItsPod() {
    StageFinished finished =
        run(
            retried(
                Samples.run(
                    "flaky",
                    "echo try; [ -e twice ] && exit 0; [ -e once ] && touch twice; touch once; exit 3")));
    assertThat(finished.failure()).isNull();
    assertThat(reports.step("flaky").retries()).isEqualTo(2);
    assertThat(reports.text("flaky")).containsExactly("try", "try", "try");
  }

  @Test
  void stepThatTookTooLongIsTriedAgain() {
    StageFinished finished =
        run(
            retried(
                Samples.run(
                    "slow",
                    "alpine",
                    "[ -e once ] && echo fast && exit 0; touch once; sleep 600",
                    Duration.ofSeconds(3),
                    null)));
    assertThat(finished.failure()).isNull();
    assertThat(reports.step("slow").retries()).isEqualTo(1);
    assertThat(reports.text("slow")).containsExactly("fast");
  }

  @Test
  void stepThatNeedsTooMuchMemoryIsToldSoThoughItMayBeTriedAgain() {
    StageFinished finished =
        run(
            retried(
                Samples.run(
                    "eat",
                    "alpine",
                    "exec awk 'BEGIN{a=\"x\"; while(1) a=a a}'",
                    Samples.MINUTE,
                    30L * 1024 * 1024)));
    assertThat(finished.status()).isEqualTo(Status.FAILED);
    assertThat(Objects.requireNonNull(finished.failure()).reason())
        .isEqualTo(FailureReason.OUT_OF_MEMORY);
  }

  @Test
  void podGoesOnWithoutItsExecutorAndWhatRanIsToldThoughTheStageShallStop(@TempDir Path home) {
    RunStage command =
        plain(
            // What is to follow is there when the executor goes away.
            Samples.run(
                "one",
                "until [ -e /archway/steps/two/next ]; do sleep 0.1; done; echo one; sleep 3"),
            Samples.run("two", "echo two"),
            Samples.run("three", "echo three; trap 'exit 9' TERM; while :; do sleep 0.1; done"),
            Samples.run("four", "echo four"));
    worker.handle(command);
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> reports.text("one").contains("one"));
    worker.close();
    String pod =
        cluster
            .client()
            .pods()
            .inNamespace("default")
            .withLabel("dev.archway/execution", command.key().execution().value())
            .list()
            .getItems()
            .getFirst()
            .getMetadata()
            .getName();
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptionsInstanceOf(KubernetesClientException.class)
        .until(() -> log(pod, "s2-three").lines().toList().contains("three"));
    RecordedReports told = new RecordedReports();
    // The stop is there before the successor has seen anything of the pod.
    StageDirectory directory = StageDirectory.of(home, command.key());
    directory.accept(command);
    directory.stop("ann");
    try (StageWorker successor =
        new StageWorker(
            home,
            runtime,
            told,
            new StageWorker.Capacity(2, 2),
            Samples.SECRETS,
            Clock.systemUTC())) {
      successor.handle(command);
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> told.finished().isPresent() && successor.active() == 0);
    }
    assertThat(told.step("one").status()).isEqualTo(Status.SUCCESS);
    assertThat(told.text("one")).containsExactly("one");
    assertThat(told.step("two").status()).isEqualTo(Status.SUCCESS);
    assertThat(told.text("two")).containsExactly("two");
    assertThat(told.step("three").status()).isEqualTo(Status.ABORTED);
    assertThat(told.text("three")).containsExactly("three");
    assertThat(told.step("four").status()).isEqualTo(Status.SKIPPED);
    assertThat(told.finished().orElseThrow().status()).isEqualTo(Status.ABORTED);
  }

  private String log(String pod, String container) {
    return cluster
        .client()
        .pods()
        .inNamespace("default")
        .withName(pod)
        .inContainer(container)
        .getLog();
  }

  private StepPlan entryPoint(String image) {
    return new StepPlan.Run(
        "plugin",
        "plugin",
        Samples.MINUTE,
        image,
        null,
        null,
        StepPlan.Shell.SH,
        Map.of("PLUGIN_WHO", "you"),
        StepPlan.Resources.UNLIMITED,
        "Always",
        false,
        null);
  }

  @Test
  void imagesOwnEntryPointRunsWithItsArguments() {
    assertThat(
            run(plain(
                    Samples.run(
                        "file",
                        "printf 'FROM alpine AS dev-env\\nENTRYPOINT [\"/bin/sh\", \"-c\", \"echo $0 $PLUGIN_WHO; pwd\"]\\nCMD [\"hello\"]\\n' >Dockerfile"),
                    Samples.build("push", cluster.registry(), "Dockerfile")))
                .failure())
        .isNull();
    reports.clear();
    StageFinished finished = run(plain(entryPoint(cluster.registry() + "/my-repo/ci-demo:1.0")));
    assertThat(finished.failure()).isNull();
    assertThat(reports.text("plugin")).containsExactly("hello you", "/harness");
  }

  @Test
  void imageWithoutAnEntryPointIsNamed() {
    StageFinished finished = run(plain(entryPoint("alpine")));
    assertThat(Objects.requireNonNull(finished.failure()).reason())
        .isEqualTo(FailureReason.IMAGE_UNAVAILABLE);
    assertThat(finished.failure().message()).contains("neither an entry point nor a command");
  }

  @Test
  void podsThatWereLeftBehindAreRemovedAndRunningOnesAreNot() {
    String ended = leave("archway-ended-1-" + nonce(), "true");
    String running = leave("archway-running-1-" + nonce(), "exec sleep 600");
    // Our labels alone do not make a pod ours.
    String foreign = leave("foreign-" + nonce(), "true");
    try {
      assertThat(run(plain(Samples.run("one", "true"))).failure()).isNull();
      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> pod(ended) == null);
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> {
            Pod pod = pod(running);
            return pod != null && "Running".equals(pod.getStatus().getPhase());
          });
      assertThat(pod(foreign)).isNotNull();
    } finally {
      List.of(ended, running, foreign).forEach(this::remove);
    }
  }

  private static String nonce() {
    return UUID.randomUUID().toString().substring(24);
  }

  private @Nullable Pod pod(String name) {
    return cluster.client().pods().inNamespace("default").withName(name).get();
  }

  private void remove(String name) {
    if (pod(name) == null) {
      return;
    }
    var one = cluster.client().pods().inNamespace("default").withName(name);
    one.edit(p -> new PodBuilder(p).editMetadata().withFinalizers(List.of()).endMetadata().build());
    var _ = one.withGracePeriod(0).delete();
  }

  private String leave(String name, String command) {
    var _ =
        cluster
            .client()
            .resource(
                new PodBuilder()
                    .withNewMetadata()
                    .withName(name)
                    .withNamespace("default")
                    .addToLabels("app.kubernetes.io/managed-by", "archway")
                    .withFinalizers("dev.archway/stage")
                    .endMetadata()
                    .withNewSpec()
                    .withRestartPolicy("Never")
                    .addNewContainer()
                    .withName("one")
                    .withImage("alpine")
                    .withImagePullPolicy("IfNotPresent")
                    .withCommand("sh", "-c", command)
                    .endContainer()
                    .endSpec()
                    .build())
            .create();
    return name;
  }
}
