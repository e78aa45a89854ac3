package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.command.StageCommand.StopStage;
import dev.archway.contract.event.ImageEvent.ImagePushed;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.event.StageEvent.StageStarted;
import dev.archway.contract.event.StageEvent.StepFinished;
import dev.archway.contract.failure.Failure;
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
import java.util.Map;
import java.util.Objects;
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
abstract class StageBehaviour implements ServiceBehaviour {
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

  StageFinished run(RunStage command) {
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

  static Failure failure(StageFinished finished) {
    return Objects.requireNonNull(finished.failure());
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
    assertThat(failure(run2(Samples.run("kill", "kill -9 $$ || true; exit 137"))).reason())
        .isEqualTo(FailureReason.EXIT_CODE);
  }

  StageFinished run2(StepPlan... steps) {
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
  void secretsAreGivenToStepsAndKeptOutOfTheirLogs() {
    StepPlan.Run print = Samples.run("print", "");
    StageFinished finished =
        run(
            print.with(
                print.image(),
                """
                echo "1 $TOKEN"; echo 2 '<+secrets.getValue("org.other")>'
                printf '3 value o'; sleep 0.3; echo 'f token'
                printf %s "$TOKEN" | base64; printf %s "$TOKEN" | wc -c >length
                [ "$(cat length)" = 14 ] && exit 3
                """,
                Map.of("TOKEN", "<+secrets.getValue(\"token\")>")));
    assertThat(reports.text("print"))
        .containsExactly(
            "1 **************", "2 **************", "3 **************", "**************");
    assertThat(failure(finished).logTail()).noneMatch(line -> line.contains("value of"));
    assertThat(failure(finished).exitCode()).isEqualTo(3);
  }

  /** A step that hands its variable SESSION on in secret. */
  static StepPlan.Run login(String command) {
    StepPlan.Run plain = Samples.run("login", command);
    return new StepPlan.Run(
        "login",
        "login",
        plain.timeout(),
        plain.image(),
        Objects.requireNonNull(plain.imageRegistry()),
        command,
        plain.shell(),
        Map.of(),
        plain.resources(),
        null,
        false,
        null,
        List.of(
            new StepPlan.Output("session", "SESSION", true), new StepPlan.Output("user", "OWNER")),
        List.of(),
        List.of(),
        false);
  }

  @Test
  void secretOutputsReachLaterStepsAndNobodyElse() {
    StageKey key = Samples.key();
    StepPlan.Run use = Samples.run("use", "");
    StageFinished finished =
        run(
            stage(
                key,
                null,
                login("export SESSION=key-$((40 + 2))-of-ann; export OWNER=ann"),
                use.with(
                    use.image(),
                    """
                    echo '<+steps.login.output.outputVariables.session>' of <+steps.login.output.outputVariables.user>
                    printf %s "$SESSION" | base64; printf %s "$SESSION" | wc -c >length
                    [ "$(cat length)" = 13 ] && exit 3
                    """,
                    Map.of("SESSION", "<+steps.login.output.outputVariables.session>"))));
    assertThat(failure(finished).exitCode()).isEqualTo(3);
    assertThat(reports.text("use")).containsExactly("************** of ann", "**************");
    assertThat(reports.step("login").outputs()).isEqualTo(Map.of("user", "ann"));
    assertThat(reports.told().toString()).doesNotContain("key-42-of-ann");
    Awaitility.await().until(() -> worker.active() == 0);
    assertThat(StageDirectory.of(home.resolve("stages"), key).folder().resolve("secrets"))
        .doesNotExist();
  }

  @Test
  void secretOfABuildIsThereForTheLineThatMountsItAlone() {
    StepPlan.BuildAndPush build = Samples.build("push", place.registry(), "Dockerfile");
    StageFinished finished =
        run(
            Samples.run(
                "file",
                """
                cat >Dockerfile <<'END'
                FROM alpine AS dev-env
                RUN --mount=type=secret,id=npm cat /run/secrets/npm; wc -c </run/secrets/npm >/length
                RUN cat /length; [ ! -s /run/secrets/npm ] || exit 9
                END
                """),
            build.with(
                build.tags(), Map.of(), Map.of(), Map.of("npm", "<+secrets.getValue(\"npm\")>")));
    assertThat(finished.failure()).isNull();
    assertThat(reports.text("push"))
        .anyMatch(line -> line.startsWith("**************"))
        .contains("12")
        .noneMatch(line -> line.contains("value of npm"));
  }

  @Test
  void stoppedBuildLeavesNothing() {
    StageKey key = Samples.key();
    worker.handle(
        stage(
            key,
            null,
            Samples.run(
                "file", "printf 'FROM alpine AS dev-env\\nRUN echo on; sleep 600\\n' >Dockerfile"),
            Samples.build("push", place.registry(), "Dockerfile")));
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> reports.text("push").contains("on"));
    worker.handle(new StopStage(key, "ann"));
    assertThat(await().status()).isEqualTo(Status.ABORTED);
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(place.remains(key.execution())).isEmpty());
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
  void clonesTheCommitBuildsAndPushesExactlyWhatIsReported() throws Exception {
    Path repository = home.resolve("repo");
    String commit =
        place.shell(
            """
            mkdir %1$s; cd %1$s; git init -q -b main .
            git config user.email a@b.c; git config user.name a
            printf 'FROM alpine:latest AS dev-env\\nARG foo\\nRUN echo "$foo bar"\\nCOPY Dockerfile /\\n' >Dockerfile
            git add .; git commit -qm 'First line'; git rev-parse HEAD
            git commit -q --allow-empty -m 'Later'
            """
                .formatted(repository));
    StageFinished finished =
        run(
            stage(
                Samples.key(),
                Samples.checkout(place.url(repository), "refs/heads/main", commit),
                new StepPlan.Clone("clone", "clone", Samples.MINUTE),
                Samples.build("push", place.registry(), "Dockerfile")));
    assertThat(finished.failure()).isNull();
    assertThat(reports.text("clone"))
        .anyMatch(l -> l.contains(commit))
        .anyMatch(l -> l.endsWith("First line"));
    StepFinished push = reports.step("push");
    assertThat(push.images()).hasSize(1);
    assertThat(push.images().getFirst().commit()).isEqualTo(commit);
    String digest = push.images().getFirst().digest().toString();
    for (String tag : push.images().getFirst().tags()) {
      assertThat(
              place
                  .head("/v2/my-repo/ci-demo/manifests/" + tag)
                  .headers()
                  .firstValue("Docker-Content-Digest"))
          .hasValue(digest);
    }
    assertThat(reports.text("push")).anyMatch(line -> line.contains("bar bar"));
    int image =
        reports
            .told()
            .indexOf(
                reports.told().stream()
                    .filter(ImagePushed.class::isInstance)
                    .findFirst()
                    .orElseThrow());
    assertThat(image).isLessThan(reports.told().indexOf(push));
  }

  @Test
  void failedBuildIsToldFromAFailedPush() throws Exception {
    StageFinished finished =
        run(
            Samples.run("file", "printf 'FROM alpine AS dev-env\\nRUN exit 7\\n' >Dockerfile"),
            Samples.build("push", place.registry(), "Dockerfile"));
    assertThat(failure(finished).reason()).isEqualTo(FailureReason.BUILD_FAILED);
    StageFinished outside =
        run2(
            Samples.run("file", "ln -s /etc/passwd Dockerfile"),
            Samples.build("push", place.registry(), "Dockerfile"));
    assertThat(failure(outside).reason()).isEqualTo(FailureReason.BUILD_FAILED);
    assertThat(failure(outside).message()).contains("workspace");
  }

  @Test
  void registryThatIsDownFailsThePushAfterRetries() {
    StageFinished finished =
        run(
            Samples.run("file", "printf 'FROM alpine AS dev-env\\n' >Dockerfile"),
            Samples.build("push", "localhost:9", "Dockerfile"));
    assertThat(failure(finished).reason()).isEqualTo(FailureReason.PUSH_FAILED);
    assertThat(failure(finished).message()).contains("connection refused");
    assertThat(reports.text("push")).filteredOn(line -> line.contains("next try")).hasSize(3);
    assertThat(reports.step("push").images()).isEmpty();
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
