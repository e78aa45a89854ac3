package dev.archway.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.broker.EmbeddedBroker;
import dev.archway.contract.command.StageCommand;
import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.command.StageCommand.StopStage;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.event.StageEvent.StageStarted;
import dev.archway.contract.event.StageEvent.StepFinished;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.status.Status;
import dev.archway.contract.wire.Envelope;
import dev.archway.contract.wire.Topics;
import dev.archway.executor.ExecutorOnTheBusIT.OtherSide;
import dev.archway.messaging.MessageBus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Two whole executors of one group: what one leaves behind, Kafka gives to the other. */
final class TakeoverOnTheBusIT {
  /** Ends a test that hangs; fifty pods on busy cores may take minutes to be removed. */
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private static final Duration TAKEOVER = Duration.ofSeconds(10);

  @Test
  void killedExecutorsStagesAreAnothersAndEndedOnesStayEnded(@TempDir Path home) throws Exception {
    try (TestCluster cluster = TestCluster.find();
        EmbeddedBroker broker = EmbeddedBroker.start(home.resolve("kafka"));
        ConfigurableApplicationContext other = ExecutorOnTheBusIT.other(broker)) {
      OtherSide side = other.getBean(OtherSide.class);
      Process first = process(arguments(broker, cluster, home.resolve("first")), home);
      try {
        // The same execution, so the same partition: the long one holds the offset of all.
        StageKey key = Samples.key();
        RunStage slow =
            stage(cluster, key, "slow", "for n in $(seq 1 150); do echo $n; sleep 0.2; done");
        RunStage quick = stage(cluster, key, "quick", "echo once");
        send(other, slow);
        send(other, quick);
        Awaitility.await()
            .atMost(LIMIT)
            .until(() -> ended(side, quick) && !lines(side, slow).isEmpty());
        try (ConfigurableApplicationContext second = second(broker, cluster, home)) {
          assertThat(second.isRunning()).isTrue();
          first.destroyForcibly();
          assertThat(first.waitFor(10, TimeUnit.SECONDS)).isTrue();
          Instant killed = Instant.now();
          long seen = lines(side, slow).size();
          Awaitility.await().atMost(LIMIT).until(() -> lines(side, slow).size() > seen + 2);
          assertThat(Duration.between(killed, Instant.now())).isLessThan(TAKEOVER);
          Awaitility.await().atMost(LIMIT).until(() -> ended(side, slow));
          assertThat(List.copyOf(lines(side, slow).values()))
              .containsExactlyElementsOf(
                  IntStream.rangeClosed(1, 150).mapToObj(Integer::toString).toList());
          Awaitility.await()
              .atMost(LIMIT)
              .until(() -> cluster.remains(key.execution().value()).isEmpty());
          assertThat(lines(side, quick)).hasSize(1);
          assertThat(writtenAgain(side, quick)).isEmpty();
          assertThat(writtenAgain(side, slow)).isEmpty();
          assertThat(ExecutorOnTheBusIT.of(side, StageStarted.class))
              .filteredOn(e -> e.key().equals(slow.key()))
              .extracting(StageStarted::at)
              .as("the successor keeps the stage's start, and so its limit of time")
              .containsOnly(first(side, slow));
          assertThat(ExecutorOnTheBusIT.of(side, StepFinished.class))
              .allSatisfy(e -> assertThat(e.status()).isEqualTo(Status.SUCCESS));
        }
      } finally {
        first.destroyForcibly();
      }
    }
  }

  /**
   * The first executor sleeps in the middle of a step, as a machine does that is suspended, and
   * wakes up when another has brought the stage to its end and removed its pod.
   */
  @Test
  void zombieThatWakesUpDoesNoHarm(@TempDir Path home) throws Exception {
    try (TestCluster cluster = TestCluster.find();
        EmbeddedBroker broker = EmbeddedBroker.start(home.resolve("kafka"));
        ConfigurableApplicationContext other = ExecutorOnTheBusIT.other(broker)) {
      OtherSide side = other.getBean(OtherSide.class);
      Process first = process(arguments(broker, cluster, home.resolve("first")), home);
      try {
        RunStage slow =
            stage(
                cluster,
                Samples.key(),
                "slow",
                "for n in $(seq 1 100); do echo $n; sleep 0.2; done",
                "echo last");
        send(other, slow);
        Awaitility.await().atMost(LIMIT).until(() -> !lines(side, slow, "one").isEmpty());
        try (ConfigurableApplicationContext second = second(broker, cluster, home)) {
          assertThat(second.isRunning()).isTrue();
          signal(first, "STOP");
          Awaitility.await().atMost(LIMIT).until(() -> ended(side, slow));
          Awaitility.await()
              .atMost(LIMIT)
              .until(() -> cluster.remains(slow.key().execution().value()).isEmpty());
          signal(first, "CONT");
          // It is a member of the group again when some of these are its own.
          List<RunStage> more = new ArrayList<>();
          for (int i = 0; i < 12; i++) {
            RunStage quick = stage(cluster, Samples.key(), "quick", "echo once");
            more.add(quick);
            send(other, quick);
          }
          Awaitility.await()
              .atMost(LIMIT)
              .during(Duration.ofSeconds(10))
              .until(() -> more.stream().allMatch(each -> ended(side, each)));
          assertThat(first.isAlive()).isTrue();
          for (RunStage quick : more) {
            assertThat(lines(side, quick)).hasSize(1);
            assertThat(writtenAgain(side, quick)).isEmpty();
          }
          assertThat(List.copyOf(lines(side, slow, "one").values()))
              .containsExactlyElementsOf(
                  IntStream.rangeClosed(1, 100).mapToObj(Integer::toString).toList());
          assertThat(lines(side, slow, "two")).containsOnly(Map.entry(0L, "last"));
          assertThat(writtenAgain(side, slow)).isEmpty();
          assertThat(ExecutorOnTheBusIT.of(side, StepFinished.class))
              .allSatisfy(e -> assertThat(e.status()).isEqualTo(Status.SUCCESS));
          assertThat(ExecutorOnTheBusIT.of(side, StageFinished.class))
              .allSatisfy(e -> assertThat(e.status()).isEqualTo(Status.SUCCESS));
          Awaitility.await()
              .atMost(LIMIT)
              .until(() ->
                  Stream.concat(Stream.of(slow), more.stream())
                      .allMatch(each -> cluster.remains(each.key().execution().value()).isEmpty()));
        }
      } finally {
        first.destroyForcibly();
      }
    }
  }

  private static void signal(Process process, String name) throws Exception {
    assertThat(
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor())
        .isZero();
  }

  @Test
  void fiftyRunningStagesLoseNothingWhilePartitionsMove(@TempDir Path home) throws Exception {
    try (TestCluster cluster = TestCluster.find();
        EmbeddedBroker broker = EmbeddedBroker.start(home.resolve("kafka"));
        ConfigurableApplicationContext other = ExecutorOnTheBusIT.other(broker)) {
      OtherSide side = other.getBean(OtherSide.class);
      List<RunStage> stages = new ArrayList<>();
      Process first = process(arguments(broker, cluster, home.resolve("first")), home);
      try {
        for (int i = 0; i < 50; i++) {
          RunStage stage =
              stage(
                  cluster,
                  Samples.key(),
                  "many",
                  "for n in $(seq 1 1000); do echo $n; sleep 0.5; done");
          stages.add(stage);
          send(other, stage);
        }
        awaitLines(side, stages, 1);
        // One more: half of the partitions move to it. Then all of them.
        try (ConfigurableApplicationContext second = second(broker, cluster, home)) {
          assertThat(second.isRunning()).isTrue();
          awaitLines(side, stages, 10);
          first.destroyForcibly();
          assertThat(first.waitFor(10, TimeUnit.SECONDS)).isTrue();
          awaitLines(side, stages, 10);
          stages.forEach(stage -> send(other, new StopStage(stage.key(), "test")));
          Awaitility.await()
              .atMost(LIMIT)
              .until(() -> stages.stream().allMatch(stage -> ended(side, stage)));
        }
        for (RunStage stage : stages) {
          List<String> lines = List.copyOf(lines(side, stage).values());
          assertThat(lines)
              .as("whole and in order")
              .containsExactlyElementsOf(
                  IntStream.rangeClosed(1, lines.size()).mapToObj(Integer::toString).toList());
          assertThat(writtenAgain(side, stage)).isEmpty();
          assertThat(
                  ExecutorOnTheBusIT.of(side, StepFinished.class).stream()
                      .filter(e -> e.key().equals(stage.key()))
                      .map(StepFinished::logLines))
              .containsOnly((long) lines.size());
        }
        Awaitility.await()
            .atMost(LIMIT)
            .until(() ->
                stages.stream()
                    .allMatch(stage -> cluster.remains(stage.key().execution().value()).isEmpty()));
      } finally {
        first.destroyForcibly();
      }
    }
  }

  /** Waits until each stage has told so many lines more. */
  private static void awaitLines(OtherSide side, List<RunStage> stages, int more) {
    Map<RunStage, Integer> before = new HashMap<>();
    stages.forEach(stage -> before.put(stage, lines(side, stage).size()));
    Awaitility.await()
        .atMost(LIMIT)
        .until(() ->
            stages.stream()
                .allMatch(stage ->
                    lines(side, stage).size() >= Objects.requireNonNull(before.get(stage)) + more));
  }

  /** Its steps are {@code one} and, where there is a second command, {@code two}. */
  private static RunStage stage(
      TestCluster cluster, StageKey of, String stage, String... commands) {
    return Samples.stage(
        new StageKey(of.execution(), stage, 1),
        Platform.LINUX_AMD64,
        Samples.placement(cluster.connector(), "default"),
        null,
        IntStream.range(0, commands.length)
            .mapToObj(i -> Samples.run(i == 0 ? "one" : "two", commands[i]))
            .toArray(StepPlan[]::new));
  }

  private static void send(ConfigurableApplicationContext other, StageCommand command) {
    other
        .getBean(MessageBus.class)
        .send(
            Topics.stageCommands(Platform.LINUX_AMD64),
            new Envelope(
                command.key().toString(),
                "test",
                command.key().execution().value(),
                Instant.now(),
                command));
  }

  private static Instant first(OtherSide side, RunStage command) {
    return ExecutorOnTheBusIT.of(side, StageStarted.class).stream()
        .filter(e -> e.key().equals(command.key()))
        .findFirst()
        .orElseThrow()
        .at();
  }

  private static boolean ended(OtherSide side, RunStage command) {
    return ExecutorOnTheBusIT.of(side, StageFinished.class).stream()
        .anyMatch(e -> e.key().equals(command.key()));
  }

  private static Map<Long, String> lines(OtherSide side, RunStage command) {
    return lines(side, command, "one");
  }

  private static Map<Long, String> lines(OtherSide side, RunStage command, String step) {
    Map<Long, String> lines = new TreeMap<>();
    for (LogChunk chunk : ExecutorOnTheBusIT.of(side, LogChunk.class)) {
      boolean of = chunk.key().equals(command.key()) && chunk.step().equals(step);
      for (int i = 0; of && i < chunk.lines().size(); i++) {
        lines.put(chunk.firstLine() + i, chunk.lines().get(i).text());
      }
    }
    return lines;
  }

  /**
   * Lines that were told with two times: what is told again has its first time, what runs again has
   * not.
   */
  private static Set<String> writtenAgain(OtherSide side, RunStage command) {
    Map<String, Instant> written = new HashMap<>();
    Set<String> again = new HashSet<>();
    for (LogChunk chunk : ExecutorOnTheBusIT.of(side, LogChunk.class)) {
      for (int i = 0; chunk.key().equals(command.key()) && i < chunk.lines().size(); i++) {
        String line = chunk.step() + " " + (chunk.firstLine() + i);
        Instant time = chunk.lines().get(i).time();
        Instant before = written.putIfAbsent(line, time);
        if (before != null && !before.equals(time)) {
          again.add(line);
        }
      }
    }
    return again;
  }

  private static List<String> arguments(EmbeddedBroker broker, TestCluster cluster, Path home)
      throws IOException {
    cluster.writeSecrets(home.resolve("secrets"));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--spring.cloud.stream.kafka.binder.brokers=" + broker.bootstrapServers(),
                "--spring.kafka.bootstrap-servers=" + broker.bootstrapServers(),
                "--archway.secrets.directory=" + home.resolve("secrets"),
                "--archway.executor.directory=" + home.resolve("stages"),
                "--archway.executor.platforms=linux/amd64",
                "--server.port=0",
                "--archway.executor.kubernetes.insecure-registries[0]=" + cluster.registry()));
    broker
        .clientProperties()
        .forEach((key, value) -> {
          arguments.add("--spring.cloud.stream.kafka.binder.configuration." + key + "=" + value);
          arguments.add("--spring.kafka.properties." + key + "=" + value);
        });
    return arguments;
  }

  private static ConfigurableApplicationContext second(
      EmbeddedBroker broker, TestCluster cluster, Path home) throws IOException {
    return ExecutorApplication.configure(new SpringApplicationBuilder())
        .run(arguments(broker, cluster, home.resolve("second")).toArray(String[]::new));
  }

  private static Process process(List<String> arguments, Path home) throws Exception {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "-XX:TieredStopAtLevel=1",
                ExecutorApplication.class.getName()));
    words.addAll(arguments);
    return new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectOutput(Files.createFile(home.resolve("first.log")).toFile())
        .start();
  }
}
