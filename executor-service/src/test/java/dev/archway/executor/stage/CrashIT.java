package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.event.StageEvent;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.status.Status;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.executor.Engines;
import dev.archway.executor.Samples;
import dev.archway.executor.TestCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills the executor's process again and again: nothing runs twice, no line is lost or doubled. */
final class CrashIT {
  private static final int KILLS = 10;
  private static final int STEPS = 18;

  @Test
  void onPodmanEveryStepRunsOnceAndEveryLineArrivesOnce(@TempDir Path home) throws Exception {
    try (Engines engines = Engines.start(home)) {
      crash(home, Samples.placement(), engines.host());
    }
  }

  @Test
  void onKubernetesEveryStepRunsOnceAndEveryLineArrivesOnce(@TempDir Path home) throws Exception {
    try (TestCluster cluster = TestCluster.find()) {
      crash(
          home,
          Samples.placement(cluster.connector(), "default"),
          cluster.registry(),
          "kubernetes");
    }
  }

  /** A successor reads the log again, and must know what to hide before it does. */
  @Test
  void aSecretOutputIsHiddenFromALogThatIsReadAgain(@TempDir Path home) throws Exception {
    try (Engines engines = Engines.start(home)) {
      RunStage command =
          Samples.stage(
              Samples.key(),
              null,
              SecretBehaviour.login("export SESSION=key-$((40 + 2))-of-ann"),
              Samples.run(
                  "use",
                  "for n in $(seq 1 60); do echo \"$n <+steps.login.output.outputVariables.session>\"; sleep 0.1; done"));
      Path file = home.resolve("command.json");
      Files.writeString(file, ContractMapper.json().writeValueAsString(command));
      Path told = home.resolve("told");
      Process process = CrashingExecutor.start(home, file, engines.host());
      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> lines(told, "use").size() > 5);
      process.destroyForcibly();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(lines(told, "use")).hasSizeLessThan(60);
      Process last = CrashingExecutor.start(home, file, engines.host());
      assertThat(last.waitFor(2, TimeUnit.MINUTES)).isTrue();
      assertThat(texts(lines(told, "use")))
          .isEqualTo(IntStream.rangeClosed(1, 60).mapToObj(n -> n + " **************").toList());
      assertThat(Files.readString(told)).doesNotContain("key-42-of-ann");
    }
  }

  private static Map<Long, String> lines(Path told, String step) throws Exception {
    Map<Long, String> lines = new HashMap<>();
    for (Object record : CrashingExecutor.read(told)) {
      if (record instanceof LogChunk chunk && chunk.step().equals(step)) {
        for (int i = 0; i < chunk.lines().size(); i++) {
          String text = chunk.lines().get(i).time() + " " + chunk.lines().get(i).text();
          assertThat(lines.put(chunk.firstLine() + i, text)).isIn(null, text);
        }
      }
    }
    return lines;
  }

  private static void crash(Path home, Placement placement, String... where) throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<StepPlan> steps = new ArrayList<>();
    steps.add(
        Samples.run(
                "service",
                "echo service >>starts; trap 'echo over; exit 0' TERM; n=0; while :; do n=$((n+1)); echo $n; sleep 0.05; done")
            .inBackground());
    for (int i = 0; i < STEPS; i++) {
      steps.add(
          Samples.run(
              "s" + i,
              "echo s%d >>trace; for n in 1 2 3 4 5 6; do echo line $n; sleep 0.1; done"
                  .formatted(i)));
    }
    steps.add(Samples.run("last", "cat trace starts"));
    RunStage command =
        Samples.stage(
            Samples.key(), Platform.LINUX_AMD64, placement, null, steps.toArray(StepPlan[]::new));
    Path file = home.resolve("command.json");
    Files.writeString(file, ContractMapper.json().writeValueAsString(command));
    for (int kill = 0; kill < KILLS; kill++) {
      Process process = CrashingExecutor.start(home, file, where);
      assertThat(process.waitFor(500 + random.nextInt(1000), TimeUnit.MILLISECONDS))
          .as("the stage outlasts the kills")
          .isFalse();
      process.destroyForcibly();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
    Process last = CrashingExecutor.start(home, file, where);
    assertThat(last.waitFor(2, TimeUnit.MINUTES)).as("seed %d", seed).isTrue();
    verify(home.resolve("told"), "seed " + seed);
  }

  private static void verify(Path told, String seed) throws Exception {
    Map<String, Map<Long, String>> lines = new HashMap<>();
    Map<String, StageEvent> events = new HashMap<>();
    for (Object record : CrashingExecutor.read(told)) {
      if (record instanceof LogChunk chunk) {
        Map<Long, String> step = lines.computeIfAbsent(chunk.step(), _ -> new HashMap<>());
        for (int i = 0; i < chunk.lines().size(); i++) {
          String text = chunk.lines().get(i).time() + " " + chunk.lines().get(i).text();
          String before = step.put(chunk.firstLine() + i, text);
          assertThat(before).as(seed).isIn(null, text);
        }
      } else if (record instanceof StageEvent event) {
        String id =
            switch (event) {
              case StageEvent.StageStarted _ -> "started";
              case StageFinished _ -> "finished";
              case StageEvent.StepStarted e -> e.step() + " started";
              case StageEvent.StepFinished e -> e.step() + " finished";
            };
        StageEvent before = events.put(id, event);
        assertThat(before).as(seed).isIn(null, event);
      }
    }
    assertThat(events.get("finished"))
        .as(seed)
        .isInstanceOfSatisfying(
            StageFinished.class,
            e -> assertThat(e.status()).as("%s: %s", seed, e.failure()).isEqualTo(Status.SUCCESS));
    for (int i = 0; i < STEPS; i++) {
      assertThat(texts(lines.getOrDefault("s" + i, Map.of())))
          .as(seed)
          .containsExactly("line 1", "line 2", "line 3", "line 4", "line 5", "line 6");
    }
    assertThat(texts(lines.getOrDefault("last", Map.of())))
        .as(seed)
        .isEqualTo(
            Stream.concat(IntStream.range(0, STEPS).mapToObj(i -> "s" + i), Stream.of("service"))
                .toList());
    List<String> service = texts(lines.getOrDefault("service", Map.of()));
    assertThat(service.getLast()).as(seed).isEqualTo("over");
    assertThat(service.subList(0, service.size() - 1))
        .as(seed)
        .hasSizeGreaterThan(STEPS)
        .isEqualTo(IntStream.range(1, service.size()).mapToObj(Integer::toString).toList());
    assertThat(events.get("service finished"))
        .as(seed)
        .isInstanceOfSatisfying(
            StageEvent.StepFinished.class, e -> assertThat(e.status()).isEqualTo(Status.SUCCESS));
  }

  private static List<String> texts(Map<Long, String> lines) {
    return lines.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(e -> e.getValue().substring(e.getValue().indexOf(' ') + 1))
        .toList();
  }
}
