package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.event.StageEvent.StepFinished;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.status.Status;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.executor.Engines;
import dev.archway.executor.RecordedReports;
import dev.archway.executor.Samples;
import dev.archway.executor.TestCluster;
import dev.archway.executor.runtime.StageRuntime;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An executor is killed and another, which has nothing but the command, takes its stage over: each
 * step runs once, and the log is whole without doubles.
 */
final class TakeoverIT {
  private static final Duration TAKEOVER = Duration.ofSeconds(10);

  /** When the first executor is killed. */
  enum Phase {
    COMMAND_TAKEN,
    POD_MADE,
    WAITING_FOR_A_NODE,
    PULLING,
    IMAGES_PULLED,
    IN_A_STEP,
    BETWEEN_STEPS,
    IN_THE_PUSH,
    LAST_STEP_ENDED_UNREAD,
    AFTER_THE_LAST_STEP,
    END_KNOWN_AND_NOT_TOLD
  }

  private static final String LABEL = "example.test/takeover";

  @ParameterizedTest
  @EnumSource
  void anotherExecutorEndsTheStageAsIfNothingHadHappened(Phase phase, @TempDir Path home)
      throws Exception {
    try (TestCluster cluster = TestCluster.find();
        RegistryProxy registry = RegistryProxy.before(cluster.registry());
        StageRuntime runtime = cluster.runtime()) {
      Path first = Files.createDirectories(home.resolve("first"));
      RunStage command = command(cluster, phase, registry);
      if (phase == Phase.PULLING) {
        registry.hold();
      }
      if (phase == Phase.END_KNOWN_AND_NOT_TOLD) {
        Files.createFile(first.resolve(CrashingExecutor.MUTE));
      }
      Path file = home.resolve("command.json");
      Files.writeString(file, ContractMapper.json().writeValueAsString(command));
      Process process = CrashingExecutor.start(first, file, cluster.registry(), "kubernetes");
      try {
        awaitThat(() -> reached(phase, cluster, command, first, registry) || !process.isAlive());
        assertThat(process.isAlive()).as("the executor is killed in time").isTrue();
        if (phase == Phase.LAST_STEP_ENDED_UNREAD) {
          // It sleeps while the step goes on to its end.
          var _ = Engines.shell("kill -STOP " + process.pid(), Map.of());
          awaitThat(() -> hasEnded(cluster, command));
        }
      } finally {
        process.destroyForcibly();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      }

      RecordedReports reports = new RecordedReports();
      Instant began = Instant.now();
      try (StageWorker second =
          new StageWorker(
              home.resolve("second"),
              runtime,
              reports,
              new StageWorker.Capacity(2, 2),
              Samples.SECRETS,
              Clock.systemUTC())) {
        second.handle(command);
        switch (phase) {
          case WAITING_FOR_A_NODE -> {
            awaitThat(() -> !reports.told().isEmpty());
            label(cluster, command.key().execution().value());
          }
          case PULLING -> {
            awaitThat(() -> !reports.told().isEmpty());
            registry.goOn();
          }
          default -> {}
        }
        awaitThat(() -> reports.told().stream().anyMatch(each -> !isStart(each)));
        Duration joined = Duration.between(began, Instant.now());
        if (phase.compareTo(Phase.IMAGES_PULLED) > 0) {
          assertThat(joined).isLessThan(TAKEOVER);
        }
        StageFinished finished =
            Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(reports::finished, Optional::isPresent)
                .orElseThrow();
        assertThat(finished.failure()).isNull();
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> second.active() == 0);
      }
      verify(reports, CrashingExecutor.read(first.resolve("told")));
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> cluster.remains(command.key().execution().value()).isEmpty());
    } finally {
      if (phase == Phase.WAITING_FOR_A_NODE) {
        try (TestCluster cluster = TestCluster.find()) {
          label(cluster, null);
        }
      }
    }
  }

  private static void awaitThat(Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(5))
        .until(condition);
  }

  /** Has the amd64 nodes be what the stage waits for; null takes that from them. */
  private static void label(TestCluster cluster, @Nullable String value) {
    String text = value == null ? "null" : '"' + value + '"';
    for (var node :
        cluster.client().nodes().withLabel("kubernetes.io/arch", "amd64").list().getItems()) {
      var _ =
          cluster
              .client()
              .resource(node)
              .patch(
                  PatchContext.of(PatchType.JSON_MERGE),
                  "{\"metadata\":{\"labels\":{\"%s\":%s}}}".formatted(LABEL, text));
    }
  }

  private static RunStage command(TestCluster cluster, Phase phase, RegistryProxy registry) {
    StageKey key = Samples.key();
    Placement placement = Samples.placement(cluster.connector(), "default");
    if (phase == Phase.WAITING_FOR_A_NODE) {
      placement =
          placement.at(
              placement.connector(), "default", Map.of(LABEL, key.execution().value()), List.of());
    }
    String count = "echo %s >>trace; for n in 1 2 3 4 5 6 7 8; do echo line $n; sleep 0.1; done";
    return Samples.stage(
        key,
        Platform.LINUX_AMD64,
        placement,
        null,
        Samples.run(
            "one",
            phase == Phase.PULLING ? registry.host() + "/library/alpine:latest" : "alpine",
            count.formatted("one"),
            Samples.MINUTE,
            null),
        Samples.run("two", count.formatted("two")),
        Samples.run(
            "file",
            "printf 'FROM alpine AS dev-env\\nRUN sleep 1; dd if=/dev/urandom of=/big bs=1M count=8"
                + " 2>/dev/null\\n' >Dockerfile"),
        Samples.build("push", cluster.registry(), "Dockerfile"),
        Samples.run("last", "cat trace; sleep 2; echo end"));
  }

  private static boolean isStart(Object told) {
    return told instanceof dev.archway.contract.event.StageEvent event
        && !(event instanceof StepFinished);
  }

  private static boolean reached(
      Phase phase, TestCluster cluster, RunStage command, Path home, RegistryProxy registry)
      throws Exception {
    List<Object> told = CrashingExecutor.read(home.resolve("told"));
    return switch (phase) {
      case COMMAND_TAKEN -> Files.exists(folder(home, command).resolve("command.json"));
      case POD_MADE -> pod(cluster, command).isPresent();
      case WAITING_FOR_A_NODE ->
          pod(cluster, command).stream()
              .flatMap(pod -> pod.getStatus().getConditions().stream())
              .anyMatch(condition -> "Unschedulable".equals(condition.getReason()));
      case PULLING -> registry.isHolding();
      case IMAGES_PULLED ->
          pod(cluster, command)
              .filter(pod -> pod.getStatus().getPhase().equals("Running"))
              .isPresent();
      case IN_A_STEP -> says(told, "one", "line 3");
      case BETWEEN_STEPS -> ended(told, "one");
      case IN_THE_PUSH -> says(told, "push", "COMMIT");
      case LAST_STEP_ENDED_UNREAD -> says(told, "last", "one");
      case AFTER_THE_LAST_STEP -> ended(told, "last");
      case END_KNOWN_AND_NOT_TOLD ->
          Files.exists(folder(home, command).resolve("events/stage-finished.json"));
    };
  }

  private static Path folder(Path home, RunStage command) {
    return StageDirectory.of(home.resolve("stages"), command.key()).folder();
  }

  /** True when the container of the last step has come to its end. */
  private static boolean hasEnded(TestCluster cluster, RunStage command) {
    return pod(cluster, command).stream()
        .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
        .anyMatch(status ->
            status.getName().endsWith("-last") && status.getState().getTerminated() != null);
  }

  private static Optional<Pod> pod(TestCluster cluster, RunStage command) {
    return cluster
        .client()
        .pods()
        .inNamespace("default")
        .withLabel("dev.archway/execution", command.key().execution().value())
        .list()
        .getItems()
        .stream()
        .findFirst();
  }

  private static boolean ended(List<Object> told, String step) {
    return told.stream().anyMatch(e -> e instanceof StepFinished f && f.step().equals(step));
  }

  private static boolean says(List<Object> told, String step, String text) {
    return told.stream()
        .anyMatch(e ->
            e instanceof LogChunk chunk
                && chunk.step().equals(step)
                && chunk.lines().stream().anyMatch(line -> line.text().startsWith(text)));
  }

  /** What both told fits together, and is what one would have told. */
  private static void verify(RecordedReports second, List<Object> first) {
    List<Object> all = new ArrayList<>(first);
    all.addAll(second.told());
    Map<String, Map<Long, String>> lines = new HashMap<>();
    for (Object each : all) {
      if (each instanceof LogChunk chunk) {
        Map<Long, String> step = lines.computeIfAbsent(chunk.step(), _ -> new TreeMap<>());
        for (int i = 0; i < chunk.lines().size(); i++) {
          String line = chunk.lines().get(i).time() + " " + chunk.lines().get(i).text();
          assertThat(step.put(chunk.firstLine() + i, line)).isIn(null, line);
        }
      }
      if (each instanceof StepFinished finished) {
        assertThat(finished.status()).isEqualTo(Status.SUCCESS);
        assertThat(finished)
            .usingRecursiveComparison()
            .ignoringFields("at")
            .isEqualTo(second.step(finished.step()));
      }
    }
    for (String step : List.of("one", "two")) {
      assertThat(second.text(step))
          .containsExactly(
              "line 1", "line 2", "line 3", "line 4", "line 5", "line 6", "line 7", "line 8");
    }
    assertThat(second.text("last")).containsExactly("one", "two", "end");
    assertThat(second.text("push")).filteredOn(line -> line.startsWith("pushed ")).hasSize(2);
    for (Map.Entry<String, Map<Long, String>> step : lines.entrySet()) {
      assertThat(step.getValue()).hasSize((int) second.step(step.getKey()).logLines());
    }
  }
}
