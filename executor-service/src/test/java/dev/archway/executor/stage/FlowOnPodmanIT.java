package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.command.StageCommand.EndStep;
import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.command.StageCommand.StopStage;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.event.StageEvent.StepStarted;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.plan.FailureStrategy;
import dev.archway.contract.plan.FailureStrategy.Action;
import dev.archway.contract.plan.FailureStrategy.ErrorKind;
import dev.archway.contract.plan.Flow;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.When;
import dev.archway.contract.status.Status;
import dev.archway.executor.RecordedReports;
import dev.archway.executor.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conditions, strategies, outputs and parallel steps on the real podman. */
final class FlowOnPodmanIT extends PodmanStages {
  private static final When ALWAYS = new When(When.Before.ALL, null);
  private static final When ON_FAILURE = new When(When.Before.FAILURE, null);

  FlowOnPodmanIT(@TempDir Path home) throws Exception {
    super(home, 4);
  }

  private static Flow step(String id) {
    return step(id, When.SUCCESS);
  }

  private static When when(String condition) {
    return new When(When.Before.SUCCESS, condition);
  }

  private static StepPlan.Run outputs(String id, String command, String... names) {
    StepPlan.Run plain = Samples.run(id, command);
    return new StepPlan.Run(
        id,
        id,
        plain.timeout(),
        plain.image(),
        Objects.requireNonNull(plain.imageRegistry()),
        command,
        plain.shell(),
        Map.of(),
        plain.resources(),
        null,
        false,
        1000L,
        java.util.Arrays.stream(names)
            .map(n -> new StepPlan.Output(n, n.toUpperCase(java.util.Locale.ROOT)))
            .toList(),
        List.of(),
        List.of(),
        false);
  }

  private Status status(String step) {
    return reports.step(step).status();
  }

  @Test
  void outputsReachLaterStepsWhateverTheirText() {
    StageFinished finished =
        run(
            List.of(step("one"), step("two")),
            outputs("one", "export A='it''s $HOME'; B=$(printf 'x\\ny'); C= ", "a", "b", "c", "d"),
            Samples.run(
                "two",
                """
                cat <<'EOF'
                [<+steps.one.output.outputVariables.a>] [<+execution.steps.one.output.outputVariables.b>]
                [<+steps.one.output.outputVariables.c>] [<+steps.one.output.outputVariables.d>]
                <+pipeline.name> <+codebase.branch.toUpperCase()> <+steps.one.status>
                EOF\
                """));
    assertThat(finished.failure()).isNull();
    assertThat(reports.step("one").outputs())
        .containsExactlyInAnyOrderEntriesOf(Map.of("a", "its $HOME", "b", "x\ny", "c", ""));
    assertThat(reports.text("two"))
        .containsExactly("[its $HOME] [x", "y]", "[] [null]", "Demo MAIN SUCCEEDED");
  }

  @Test
  void stageGoesOnOnceItsFolderCanBeWrittenAgain() throws Exception {
    StageKey key = Samples.key();
    Path events = StageDirectory.of(home.resolve("stages"), key).folder().resolve("events");
    Path away = events.resolveSibling("away");
    worker.handle(
        stage(
            key,
            List.of(step("one"), step("two")),
            List.of(
                Samples.run("one", "echo one; sleep 2; echo once >>/harness/trace"),
                Samples.run("two", "cat /harness/trace"))));
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> reports.text("one").contains("one"));
    Files.move(events, away);
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> Files.exists(events.resolveSibling("workspace").resolve("trace")));
    Awaitility.await()
        .during(Duration.ofSeconds(2))
        .atMost(Duration.ofSeconds(10))
        .until(() -> reports.finished().isEmpty());
    Files.move(away, events);
    assertThat(await().failure()).isNull();
    assertThat(reports.text("one")).containsExactly("one");
    assertThat(reports.text("two")).containsExactly("once");
  }

  @Test
  void whatRunsAfterAFailureIsForEachStepToSay() {
    StageFinished finished =
        run(
            List.of(
                step("bad"),
                step("next"),
                step("report", ON_FAILURE),
                step("cleanup", ALWAYS),
                step("never", new When(When.Before.ALL, "<+steps.bad.status> == \"SUCCEEDED\""))),
            Samples.run("bad", "exit 3"),
            Samples.run("next", "true"),
            Samples.run("report", "true"),
            Samples.run("cleanup", "true"),
            Samples.run("never", "true"));
    assertThat(finished.status()).isEqualTo(Status.FAILED);
    assertThat(Objects.requireNonNull(finished.failure()).step()).isEqualTo("bad");
    assertThat(status("next")).isEqualTo(Status.SKIPPED);
    assertThat(status("report")).isEqualTo(Status.SUCCESS);
    assertThat(status("cleanup")).isEqualTo(Status.SUCCESS);
    assertThat(status("never")).isEqualTo(Status.SKIPPED);
  }

  @Test
  void aStepIsTriedAgainAndItsLogIsOne() {
    StageFinished finished =
        run(
            List.of(
                step(
                    "flaky",
                    When.SUCCESS,
                    new Action.Retry(
                        3,
                        List.of(Duration.ofMillis(10)),
                        "<+step.exitCode> == 7",
                        new Action.MarkAsFailure())),
                step("after", when("<+steps.flaky.retryCount> == 2"))),
            Samples.run("flaky", "echo x >>n; wc -l <n; [ $(wc -l <n) = 3 ] || exit 7"),
            Samples.run("after", "true"));
    assertThat(finished.failure()).isNull();
    assertThat(reports.step("flaky").retries()).isEqualTo(2);
    assertThat(reports.step("flaky").logLines()).isEqualTo(3);
    assertThat(reports.text("flaky")).containsExactly("1", "2", "3");
    assertThat(status("after")).isEqualTo(Status.SUCCESS);
  }

  @Test
  void aRetryThatIsUsedUpDoesWhatComesAfterIt() {
    StageFinished finished =
        run(
            List.of(
                step(
                    "bad", When.SUCCESS, new Action.Retry(1, List.of(), null, new Action.Ignore())),
                step("ignored", when("<+execution.steps.bad.status> == \"IGNORE_FAILED\"")),
                step("other", When.SUCCESS, new Action.MarkAsSuccess()),
                step("last", when("<+steps.other.status> == \"SUCCEEDED\""))),
            Samples.run("bad", "exit 1"),
            Samples.run("ignored", "true"),
            Samples.run("other", "exit 1"),
            Samples.run("last", "true"));
    assertThat(finished.status()).isEqualTo(Status.SUCCESS);
    assertThat(status("bad")).isEqualTo(Status.IGNORE_FAILED);
    assertThat(reports.step("bad").retries()).isEqualTo(1);
    assertThat(status("ignored")).isEqualTo(Status.SUCCESS);
    assertThat(status("other")).isEqualTo(Status.SUCCESS);
    assertThat(status("last")).isEqualTo(Status.SUCCESS);
  }

  private StageFinished runIgnored(List<Flow> flow, StepPlan... steps) {
    reports = new RecordedReports();
    worker.close();
    worker = newWorker();
    worker.handle(
        stage(
            Samples.key(),
            flow,
            List.of(
                new FailureStrategy(Set.of(ErrorKind.UNKNOWN), new Action.IgnoreStage()),
                new FailureStrategy(
                    Set.of(ErrorKind.CONFIGURATION),
                    new Action.Retry(1, List.of(), null, new Action.IgnoreStage()))),
            List.of(steps)));
    return await();
  }

  @Test
  void aStageThatIsIgnoredFailsByItselfAlone() {
    StageFinished finished =
        runIgnored(
            List.of(step("bad"), step("next"), step("report", ON_FAILURE)),
            Samples.run("bad", "exit 3"),
            Samples.run("next", "true"),
            Samples.run("report", "true"));
    assertThat(finished.status()).isEqualTo(Status.IGNORE_FAILED);
    assertThat(Objects.requireNonNull(finished.failure()).step()).isEqualTo("bad");
    assertThat(status("bad")).isEqualTo(Status.FAILED);
    assertThat(status("next")).isEqualTo(Status.SKIPPED);
    assertThat(status("report")).isEqualTo(Status.SUCCESS);

    finished =
        runIgnored(
            List.of(
                new Flow.Parallel(
                    List.of(step("bad"), step("worse", When.SUCCESS, new Action.MarkAsFailure())),
                    0)),
            Samples.run("bad", "exit 3"),
            Samples.run("worse", "exit 4"));
    assertThat(finished.status()).isEqualTo(Status.FAILED);
    assertThat(Objects.requireNonNull(finished.failure()).step()).isEqualTo("worse");

    finished =
        runIgnored(
            List.of(step("one")), Samples.run("one", "echo <+codebase.branch.substring(99)>"));
    assertThat(finished.status()).isEqualTo(Status.IGNORE_FAILED);
    assertThat(reports.step("one").retries()).isEqualTo(1);
  }

  @Test
  void anAbortLeavesNothingToRun() {
    StageFinished finished =
        run(
            List.of(step("bad", When.SUCCESS, new Action.Abort()), step("cleanup", ALWAYS)),
            Samples.run("bad", "exit 1"),
            Samples.run("cleanup", "true"));
    assertThat(finished.status()).isEqualTo(Status.ABORTED);
    assertThat(status("cleanup")).isEqualTo(Status.SKIPPED);
  }

  @Test
  void parallelStepsRunAtTheSameTimeAndGroupsInOrder() {
    StageFinished finished =
        run(
            List.of(
                new Flow.Parallel(
                    List.of(
                        step("left"),
                        new Flow.Group(
                            "group",
                            "Group",
                            When.SUCCESS,
                            List.of(),
                            List.of(step("right"), step("then")))),
                    0),
                step("last")),
            Samples.run("left", "echo >l; until [ -e r ]; do sleep 0.05; done"),
            Samples.run("right", "echo >r; until [ -e l ]; do sleep 0.05; done"),
            outputs("then", "export X=1", "x"),
            Samples.run(
                "last", "echo <+execution.steps.group.steps.then.output.outputVariables.x>"));
    assertThat(finished.failure()).isNull();
    assertThat(reports.text("last")).containsExactly("1");
  }

  @Test
  void aStopEndsParallelStepsAndWhatWouldAlwaysRun() {
    StageKey key = Samples.key();
    String wait = "echo on; while :; do sleep 0.1; done";
    worker.handle(
        stage(
            key,
            List.of(
                new Flow.Parallel(List.of(step("left"), step("right")), 0), step("last", ALWAYS)),
            List.of(
                Samples.run("left", wait),
                Samples.run("right", wait),
                Samples.run("last", "true"))));
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> reports.text("left").contains("on") && reports.text("right").contains("on"));
    worker.handle(new StopStage(key, "ann"));
    assertThat(await().status()).isEqualTo(Status.ABORTED);
    assertThat(status("left")).isEqualTo(Status.ABORTED);
    assertThat(status("right")).isEqualTo(Status.ABORTED);
    assertThat(status("last")).isEqualTo(Status.SKIPPED);
  }

  @Test
  void anExpressionThatCannotBeEvaluatedFailsItsStep() {
    StageFinished finished =
        run(List.of(step("one")), Samples.run("one", "echo <+codebase.branch.substring(99)>"));
    assertThat(finished.status()).isEqualTo(Status.FAILED);
    assertThat(Objects.requireNonNull(finished.failure()).message()).contains("codebase.branch");
  }

  private static StepPlan.PublishIndex publish() {
    return new StepPlan.PublishIndex("join", "join", Samples.MINUTE, "index_1");
  }

  private void awaitStart(String step) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() ->
            reports.told().stream()
                .anyMatch(
                    event -> event instanceof StepStarted begun && begun.step().equals(step)));
  }

  @Test
  void stepThatAnotherServiceEndsWaitsForItAcrossRestarts() {
    StageKey key = Samples.key();
    RunStage command =
        stage(
            key,
            List.of(step("join"), step("tell")),
            List.of(
                publish(),
                Samples.run("tell", "echo <+steps.join.output.outputVariables.digest>")));
    worker.handle(command);
    awaitStart("join");
    worker.close();
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> worker.active() == 0);
    worker = newWorker();
    // The answer may come before the stage is taken up again.
    worker.handle(
        new EndStep(key, "join", null, Map.of("digest", "sha256:1", "image", "r.example/a@1")));
    worker.adopt();
    assertThat(await().failure()).isNull();
    assertThat(reports.step("join").outputs()).containsEntry("digest", "sha256:1");
    assertThat(reports.text("join")).containsExactly("published r.example/a@1");
    assertThat(reports.text("tell")).containsExactly("sha256:1");
  }

  @Test
  void stepThatAnotherServiceEndsFailsAsItIsToldAndIsNotAskedTwice() {
    StageKey key = Samples.key();
    Action retry = new Action.Retry(2, List.of(), null, new Action.Ignore());
    worker.handle(
        stage(
            key,
            List.of(step("join", When.SUCCESS, retry), step("tell", ON_FAILURE)),
            List.of(publish(), Samples.run("tell", "true"))));
    awaitStart("join");
    worker.handle(
        new EndStep(
            key, "join", Failure.of(FailureReason.REGISTRY_MISMATCH, "not there"), Map.of()));
    await();
    assertThat(status("join")).isEqualTo(Status.IGNORE_FAILED);
    assertThat(Objects.requireNonNull(reports.step("join").failure()).message())
        .isEqualTo("not there");
    assertThat(reports.step("join").retries()).isZero();
  }

  @Test
  void stepThatWaitsForAnotherServiceIsStopped() {
    StageKey key = Samples.key();
    worker.handle(stage(key, List.of(step("join")), List.of(publish())));
    awaitStart("join");
    worker.handle(new StopStage(key, "ann"));
    assertThat(await().status()).isEqualTo(Status.ABORTED);
  }
}
