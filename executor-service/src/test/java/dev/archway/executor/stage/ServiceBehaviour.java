package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.command.StageCommand.StopStage;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.event.StageEvent.StepFinished;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.report.TestReport;
import dev.archway.contract.status.Status;
import dev.archway.executor.Engines;
import dev.archway.executor.Samples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What services do, and what is told of reports: a part of {@link StageBehaviour}. */
interface ServiceBehaviour extends StageUnderTest {
  @Test
  default void testReportsOfAFailedStepAreToldAndNothingOutsideTheWorkspaceIsRead() {
    StageFinished finished =
        run(
            Samples.run(
                    "check",
                    """
                    mkdir -p "out/a b/c"; cd out
                    echo '<testsuite><testcase name="adds" time="1.5"/><testcase name="sums" classname="T"><failure message="it was value of token"/></testcase></testsuite>' >"a b/c/one.xml"
                    echo '<testsuite><testcase name="outside"/></testsuite>' >/tmp/two.xml
                    ln -s /tmp/two.xml two.xml; ln -s /tmp up; mkfifo pipe.xml; mkdir folder.xml
                    echo '<testsuite><testcase' >broken.xml; echo '<project/>' >pom.xml
                    : <+secrets.getValue("token")>
                    exit 1
                    """)
                .with(List.of("/harness/out/**/*.xml", "out/up/two.xml", "../*"), List.of()));
    assertThat(failure(finished).exitCode()).isEqualTo(1);
    TestReport tests = Objects.requireNonNull(reports().step("check").tests());
    assertThat(tests.tests()).isEqualTo(2);
    assertThat(tests.failures()).isEqualTo(1);
    assertThat(tests.duration()).isEqualTo(Duration.ofMillis(1500));
    assertThat(tests.failed())
        .containsExactly(new TestReport.FailedCase("sums", "T", "it was **************"));
    assertThat(tests.warnings())
        .hasSize(3)
        .anyMatch(warning -> warning.startsWith("out/broken.xml is not counted"))
        .anyMatch(warning -> warning.contains("\"out/up/two.xml\" finds no report"))
        .anyMatch(warning -> warning.contains("\"../*\" is outside the workspace"));
  }

  private static StepPlan web(String id, int port) {
    return Samples.run(
            id,
            """
            mkdir /tmp/www; echo hello from the service >/tmp/www/index.html; echo serves
            trap 'echo ends; exit 0' TERM
            busybox httpd -f -p 127.0.0.1:%d -h /tmp/www &
            while :; do sleep 0.1; done
            """
                .formatted(port))
        .inBackground();
  }

  private static StepPlan ask(String id, String host, int port) {
    return Samples.run(
        id,
        "until wget -qO answer http://%s:%d/ 2>/dev/null; do sleep 0.1; done; cat answer"
            .formatted(host, port));
  }

  private static int port() {
    try {
      return Engines.freePort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  default void serviceIsThereForLaterStepsAndEndsWithTheStage() {
    int port = port();
    StageFinished finished =
        run(web("web", port), ask("ask", "localhost", port), ask("again", "web", port));
    assertThat(finished.failure()).isNull();
    assertThat(reports().text("ask")).containsExactly("hello from the service");
    assertThat(reports().text("again")).containsExactly("hello from the service");
    assertThat(reports().step("web").status()).isEqualTo(Status.SUCCESS);
    assertThat(reports().text("web")).containsExactly("serves", "ends");
    assertThat(reports().told().indexOf(reports().step("web")))
        .isGreaterThan(reports().told().indexOf(reports().step("again")))
        .isLessThan(reports().told().indexOf(finished));
  }

  @Test
  default void serviceThatEndsByItselfIsNotedAndDoesNotFailTheStage() {
    StageFinished finished =
        run(
            Samples.run("brief", "echo over; echo '<testsuite/>' >r.xml; touch gone; exit 7")
                .with(List.of("r.xml"), List.of())
                .inBackground(),
            Samples.run(
                    "eat",
                    "alpine",
                    "exec awk 'BEGIN{a=\"x\"; while(1) a=a a}'",
                    Samples.MINUTE,
                    30L * 1024 * 1024)
                .inBackground(),
            Samples.run(
                    "late",
                    "alpine",
                    "trap 'exit 0' TERM; while :; do sleep 0.1; done",
                    Duration.ofSeconds(1),
                    null)
                .inBackground(),
            Samples.run("next", "until [ -e gone ]; do sleep 0.1; done; sleep 2"));
    assertThat(finished.status()).isEqualTo(Status.SUCCESS);
    StepFinished brief = reports().step("brief");
    assertThat(brief.status()).isEqualTo(Status.IGNORE_FAILED);
    assertThat(brief.exitCode()).isEqualTo(7);
    assertThat(Objects.requireNonNull(brief.tests()).warnings()).isEmpty();
    assertThat(reports().text("brief")).containsExactly("over");
    assertThat(Objects.requireNonNull(reports().step("eat").failure()).reason())
        .isEqualTo(FailureReason.OUT_OF_MEMORY);
    assertThat(Objects.requireNonNull(reports().step("late").failure()).reason())
        .isEqualTo(FailureReason.TIMED_OUT);
  }

  @Test
  default void serviceThatCannotStartFailsTheStage() {
    StageFinished finished =
        run(
            Samples.run("web", "").with(List.of(), List.of("/no/such/program")).inBackground(),
            Samples.run("next", "true"));
    assertThat(finished.status()).isEqualTo(Status.FAILED);
    assertThat(failure(finished).reason()).isEqualTo(FailureReason.INVALID_SPEC);
    assertThat(failure(finished).step()).isEqualTo("web");
    assertThat(reports().step("next").status()).isEqualTo(Status.SKIPPED);
  }

  @Test
  default void entryPointOfAServiceStandsInPlaceOfTheImages() {
    StageFinished finished =
        run(
            Samples.run("web", "echo never")
                .with(
                    List.of(),
                    List.of(
                        "sh",
                        "-c",
                        "echo \"$0 $TEXT\"; touch up; trap 'exit 0' TERM; while :; do sleep 0.1; done",
                        "a b"))
                .inBackground(),
            Samples.run("wait", "until [ -e up ]; do sleep 0.1; done"));
    assertThat(finished.failure()).isNull();
    assertThat(reports().text("web")).containsExactly("a b two", "lines");
  }

  @Test
  default void serviceHasTheTimeOfItsStageAndNoMore() {
    RunStage command =
        stage(
            Samples.key(),
            null,
            Samples.run(
                    "web",
                    "alpine",
                    "trap 'echo ends; exit 0' TERM; while :; do sleep 0.1; done",
                    StepPlan.Run.AS_LONG_AS_ITS_STAGE,
                    null)
                .inBackground(),
            Samples.run("wait", "trap 'exit 0' TERM; while :; do sleep 0.1; done"));
    StagePlan plan = command.stage();
    StagePlan brief =
        new StagePlan(
            plan.id(),
            plan.identifier(),
            plan.name(),
            plan.after(),
            plan.platform(),
            plan.placement(),
            plan.steps(),
            Duration.ofSeconds(20));
    worker().handle(new RunStage(command.key(), brief, null, command.environment()));
    StageFinished finished = await();
    assertThat(finished.status()).isEqualTo(Status.EXPIRED);
    assertThat(failure(finished).step()).isEqualTo("wait");
    assertThat(reports().step("web").status()).isEqualTo(Status.SUCCESS);
    assertThat(reports().text("web")).containsExactly("ends");
  }

  @Test
  default void stopEndsServicesToo() {
    StageKey key = Samples.key();
    worker()
        .handle(
            stage(
                key,
                null,
                Samples.run(
                        "web",
                        "trap 'echo ends; exit 0' TERM; echo on; while :; do sleep 0.1; done")
                    .inBackground(),
                Samples.run("wait", "trap 'exit 0' TERM; echo on; while :; do sleep 0.1; done")));
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> reports().text("wait").contains("on") && reports().text("web").contains("on"));
    worker().handle(new StopStage(key, "ann"));
    assertThat(await().status()).isEqualTo(Status.ABORTED);
    assertThat(reports().step("web").status()).isEqualTo(Status.ABORTED);
    assertThat(reports().text("web")).containsExactly("on", "ends");
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(remains(key.execution())).isEmpty());
  }
}
