package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.command.StageCommand.StopStage;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.event.StageEvent.StageStarted;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.status.Status;
import dev.archway.executor.RecordedReports;
import dev.archway.executor.Samples;
import dev.archway.executor.runtime.StageRuntime;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a whole stage does on a real place, the same on every runtime. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StageBehaviour implements ServiceBehaviour, BuildBehaviour, SecretBehaviour {
  private static final long MEGABYTE = 1024 * 1024;

  /** What differs between runtimes, but for what a stage does. */
  interface Place {
    /** The runtime under test. */
    StageRuntime runtime();

    /** Where stages run. */
    Placement placement();

    /** The registry to push to, as build steps reach it. */
    String registry();

    /** The registry's answer. */
    HttpResponse<String> head(String path) throws Exception;

    /** Runs a shell script on this machine. */
    String shell(String script) throws Exception;

    /** The URL under which clone steps reach a repository on this machine. */
    String url(Path repository) throws Exception;

    /** Placement fields that this runtime does not honour. */
    List<String> ignored();

    /** What is told of an image that the registry does not know. */
    String unknownImage();

    /** Lets go of registry and engine. */
    void close();

    /** What is left of an execution. */
    List<String> remains(ExecutionId execution) throws Exception;
  }

  final Path home;
  final Place place;
  RecordedReports reports = new RecordedReports();
  StageWorker worker;
  private final StageRuntime runtime;

  StageBehaviour(Path home, Place place) {
    this.home = home;
    this.place = place;
    this.runtime = place.runtime();
    worker = newWorker();
  }

  @BeforeAll
  void pullOnce() throws Exception {
    assertThat(run(Samples.run("pull", "true")).failure()).isNull();
  }

  @BeforeEach
  void freshReports() {
    reports = new RecordedReports();
    worker = newWorker();
  }

  @AfterEach
  void stopWorker() {
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> worker.active() == 0);
    worker.close();
  }

  @AfterAll
  void stop() {
    runtime.close();
    place.close();
  }

  @Override
  public RecordedReports reports() {
    return reports;
  }

  @Override
  public Place place() {
    return place;
  }

  @Override
  public Path home() {
    return home;
  }

  @Override
  public StageWorker worker() {
    return worker;
  }

  @Override
  public List<String> remains(ExecutionId execution) throws Exception {
    return place.remains(execution);
  }

  private StageWorker newWorker() {
    return new StageWorker(
        home.resolve("stages"),
        runtime,
        reports,
        new StageWorker.Capacity(4, 4),
        Samples.SECRETS,
        Clock.systemUTC());
  }

  @Override
  public RunStage stage(StageKey key, @Nullable Checkout checkout, StepPlan... steps) {
    return Samples.stage(key, Platform.LINUX_AMD64, place.placement(), checkout, steps);
  }

  @Override
  public StageFinished run(StepPlan... steps) {
    return run(stage(Samples.key(), null, steps));
  }

  @Override
  public StageFinished run(RunStage command) {
    worker.handle(command);
    return await();
  }

  @Override
  public StageFinished await() {
    return Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(20))
        .until(reports::finished, java.util.Optional::isPresent)
        .orElseThrow();
  }

  @Test
  void stepsShareTheWorkspaceAndEveryLineComesBeforeTheEnd() {
    StageFinished finished =
        run(
            Samples.run("one", "echo $CI; echo \"$TEXT\" >&2; pwd; echo made >file"),
            Samples.run("two", "cat file; printf 'no line break'"));
    assertThat(finished.status()).isEqualTo(Status.SUCCESS);
    assertThat(reports.text("one")).contains("true", "two", "lines", "/harness");
    assertThat(reports.lines("one").values())
        .filteredOn(line -> line.stream() == LogChunk.Stream.ERR)
        .extracting(LogChunk.Line::text)
        .containsExactly("two", "lines");
    assertThat(reports.text("two")).containsExactly("made", "no line break");
    assertThat(reports.step("two").logLines()).isEqualTo(2);
    assertThat(reports.step("two").exitCode()).isZero();
    assertThat(reports.told().getFirst()).isInstanceOf(StageStarted.class);
    StageStarted started = (StageStarted) reports.told().getFirst();
    assertThat(started.ignored()).isEqualTo(place.ignored());
    int end = reports.told().indexOf(reports.step("one"));
    assertThat(reports.told().subList(0, end))
        .anyMatch(e -> e instanceof LogChunk c && c.step().equals("one") && c.end());
  }

  @Test
  void volumesAreSharedByTheStepsOfAStageAlone() {
    Placement placement =
        place
            .placement()
            .with(
                List.of(
                    new Placement.Volume.EmptyDir("/shared/cache", false, null),
                    new Placement.Volume.EmptyDir("/memory", true, MEGABYTE)));
    StepPlan write =
        Samples.run(
            "write",
            "ls -A /shared/cache; echo made >/shared/cache/file; grep -o ' /memory tmpfs' /proc/mounts");
    StepPlan read = Samples.run("read", "cat /shared/cache/file");
    for (int stage = 0; stage < 2; stage++) {
      reports = new RecordedReports();
      worker.close();
      worker = newWorker();
      StageKey key = Samples.key();
      StageFinished finished =
          run(Samples.stage(key, Platform.LINUX_AMD64, placement, null, write, read));
      assertThat(finished.failure()).isNull();
      assertThat(reports.text("write")).containsExactly(" /memory tmpfs");
      assertThat(reports.text("read")).containsExactly("made");
      Awaitility.await().until(() -> worker.active() == 0);
      assertThat(StageDirectory.of(home.resolve("stages"), key).folder().resolve("volumes"))
          .doesNotExist();
    }
  }

  @Test
  void failingStepEndsTheStageAndSkipsTheRest() {
    StageFinished finished =
        run(Samples.run("one", "echo before; false; echo never"), Samples.run("two", "true"));
    assertThat(finished.status()).isEqualTo(Status.FAILED);
    assertThat(failure(finished).reason()).isEqualTo(FailureReason.EXIT_CODE);
    assertThat(failure(finished).exitCode()).isEqualTo(1);
    assertThat(failure(finished).step()).isEqualTo("one");
    assertThat(failure(finished).logTail()).containsExactly("before");
    assertThat(reports.step("two").status()).isEqualTo(Status.SKIPPED);
  }

  @Test
  void tenMegabytesOfOutputArriveWhole() {
    StageFinished finished = run(Samples.run("big", "seq 1 1400000"));
    assertThat(finished.status()).isEqualTo(Status.SUCCESS);
    assertThat(reports.step("big").logLines()).isEqualTo(1_400_000);
    assertThat(reports.lines("big")).hasSize(1_400_000);
    assertThat(reports.text("big").get(1_399_999)).isEqualTo("1400000");
  }

  @Test
  void stepOverItsMemoryLimitIsToldFromAnyOtherKill() {
    StageFinished finished =
        run(
            Samples.run(
                "eat",
                "alpine",
                "exec awk 'BEGIN{a=\"x\"; while(1) a=a a}'",
                Samples.MINUTE,
                30 * MEGABYTE));
    assertThat(failure(finished).reason()).isEqualTo(FailureReason.OUT_OF_MEMORY);
    assertThat(failure(runAnother(Samples.run("kill", "kill -9 $$ || true; exit 137"))).reason())
        .isEqualTo(FailureReason.EXIT_CODE);
  }

  @Override
  public StageFinished runAnother(StepPlan... steps) {
    reports = new RecordedReports();
    worker = newWorker();
    return run(steps);
  }

  @Test
  void stepOverItsTimeIsKilled() {
    StageFinished finished =
        run(
            Samples.run(
                "slow",
                "alpine",
                "trap 'exit 3' TERM; echo on; while :; do sleep 0.1; done",
                Duration.ofSeconds(2),
                null));
    assertThat(finished.status()).isEqualTo(Status.EXPIRED);
    assertThat(failure(finished).reason()).isEqualTo(FailureReason.TIMED_OUT);
    assertThat(reports.text("slow")).containsExactly("on");
  }

  @Test
  void stopEndsTheRunningStepAndKeepsItsLog() {
    StageKey key = Samples.key();
    worker.handle(
        stage(
            key,
            null,
            Samples.run(
                "wait", "trap 'echo bye; exit 3' TERM; echo on; while :; do sleep 0.1; done"),
            Samples.run("next", "true")));
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> reports.text("wait").contains("on"));
    worker.handle(new StopStage(key, "ann"));
    worker.handle(new StopStage(key, "ann"));
    StageFinished finished = await();
    assertThat(finished.status()).isEqualTo(Status.ABORTED);
    assertThat(failure(finished).reason()).isEqualTo(FailureReason.STOPPED);
    assertThat(reports.text("wait")).containsExactly("on", "bye");
    assertThat(reports.step("next").status()).isEqualTo(Status.SKIPPED);
  }

  @Test
  void stepThatWritesWithoutEndEndsInTime() {
    StageFinished finished =
        run(
            Samples.run(
                "loud",
                "alpine",
                "while :; do echo on; sleep 0.005; done",
                Duration.ofSeconds(2),
                null));
    assertThat(failure(finished).reason()).isEqualTo(FailureReason.TIMED_OUT);
    assertThat(reports.lines("loud")).hasSize((int) reports.step("loud").logLines());
  }

  @Test
  void stoppedStepThatEndsWellHasNoSuccessor() {
    StageKey key = Samples.key();
    worker.handle(
        stage(
            key,
            null,
            Samples.run("wait", "trap 'exit 0' TERM; echo on; while :; do sleep 0.1; done"),
            Samples.run("next", "echo never")));
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> reports.text("wait").contains("on"));
    worker.handle(new StopStage(key, "ann"));
    assertThat(await().status()).isEqualTo(Status.ABORTED);
    assertThat(reports.step("next").status()).isEqualTo(Status.SKIPPED);
    assertThat(reports.text("next")).isEmpty();
  }

  @Test
  void unknownImageIsNamed() {
    StageFinished finished =
        run(Samples.run("none", place.registry() + "/nowhere:1", "true", Samples.MINUTE, null));
    assertThat(failure(finished).reason()).isEqualTo(FailureReason.IMAGE_UNAVAILABLE);
    assertThat(failure(finished).message()).contains("nowhere:1").contains(place.unknownImage());
  }

  @Test
  void redeliveredCommandOfAnEndedAttemptIsToldAgainAndNotRunAgain() {
    RunStage command = stage(Samples.key(), null, Samples.run("one", "echo once"));
    StageFinished first = run(command);
    Awaitility.await().until(() -> worker.active() == 0);
    Path folder = StageDirectory.of(home.resolve("stages"), command.key()).folder();
    assertThat(folder.resolve("workspace")).doesNotExist();
    reports = new RecordedReports();
    worker = newWorker();
    assertThat(run(command)).isEqualTo(first);
    assertThat(reports.step("one").logLines()).isEqualTo(1);
    assertThat(folder.resolve("workspace")).doesNotExist();
  }

  @Test
  void nothingOfAStageIsLeftOver() {
    var _ = run(Samples.run("one", "true"));
    StageKey key = reports.finished().orElseThrow().key();
    Awaitility.await().until(() -> worker.active() == 0);
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(place.remains(key.execution())).isEmpty());
    Path folder = StageDirectory.of(home.resolve("stages"), key).folder();
    assertThat(folder.resolve("done")).exists();
    assertThat(folder.resolve("steps")).doesNotExist();
    assertThat(folder.resolve("workspace")).doesNotExist();
  }
}
