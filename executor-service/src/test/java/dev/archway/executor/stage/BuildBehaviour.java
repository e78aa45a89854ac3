package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.command.StageCommand.StopStage;
import dev.archway.contract.event.ImageEvent.ImagePushed;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.event.StageEvent.StepFinished;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.status.Status;
import dev.archway.executor.Samples;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What a stage that builds and pushes an image does: a part of {@link StageBehaviour}. */
interface BuildBehaviour extends StageUnderTest {
  @Test
  default void secretOfABuildIsThereForTheLineThatMountsItAlone() {
    StepPlan.BuildAndPush build = Samples.build("push", place().registry(), "Dockerfile");
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
    assertThat(reports().text("push"))
        .anyMatch(line -> line.startsWith("**************"))
        .contains("12")
        .noneMatch(line -> line.contains("value of npm"));
  }

  @Test
  default void stoppedBuildLeavesNothing() {
    StageKey key = Samples.key();
    worker()
        .handle(
            stage(
                key,
                null,
                Samples.run(
                    "file",
                    "printf 'FROM alpine AS dev-env\\nRUN echo on; sleep 600\\n' >Dockerfile"),
                Samples.build("push", place().registry(), "Dockerfile")));
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> reports().text("push").contains("on"));
    worker().handle(new StopStage(key, "ann"));
    assertThat(await().status()).isEqualTo(Status.ABORTED);
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(remains(key.execution())).isEmpty());
  }

  @Test
  default void clonesTheCommitBuildsAndPushesExactlyWhatIsReported() throws Exception {
    Path repository = home().resolve("repo");
    String commit =
        place()
            .shell(
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
                Samples.checkout(place().url(repository), "refs/heads/main", commit),
                new StepPlan.Clone("clone", "clone", Samples.MINUTE),
                Samples.build("push", place().registry(), "Dockerfile")));
    assertThat(finished.failure()).isNull();
    assertThat(reports().text("clone"))
        .anyMatch(l -> l.contains(commit))
        .anyMatch(l -> l.endsWith("First line"));
    StepFinished push = reports().step("push");
    assertThat(push.images()).hasSize(1);
    assertThat(push.images().getFirst().commit()).isEqualTo(commit);
    String digest = push.images().getFirst().digest().toString();
    for (String tag : push.images().getFirst().tags()) {
      assertThat(
              place()
                  .head("/v2/my-repo/ci-demo/manifests/" + tag)
                  .headers()
                  .firstValue("Docker-Content-Digest"))
          .hasValue(digest);
    }
    assertThat(reports().text("push")).anyMatch(line -> line.contains("bar bar"));
    int image =
        reports()
            .told()
            .indexOf(
                reports().told().stream()
                    .filter(ImagePushed.class::isInstance)
                    .findFirst()
                    .orElseThrow());
    assertThat(image).isLessThan(reports().told().indexOf(push));
  }

  @Test
  default void failedBuildIsToldFromAFailedPush() throws Exception {
    StageFinished finished =
        run(
            Samples.run("file", "printf 'FROM alpine AS dev-env\\nRUN exit 7\\n' >Dockerfile"),
            Samples.build("push", place().registry(), "Dockerfile"));
    assertThat(failure(finished).reason()).isEqualTo(FailureReason.BUILD_FAILED);
    StageFinished outside =
        runAnother(
            Samples.run("file", "ln -s /etc/passwd Dockerfile"),
            Samples.build("push", place().registry(), "Dockerfile"));
    assertThat(failure(outside).reason()).isEqualTo(FailureReason.BUILD_FAILED);
    assertThat(failure(outside).message()).contains("workspace");
  }

  @Test
  default void registryThatIsDownFailsThePushAfterRetries() {
    StageFinished finished =
        run(
            Samples.run("file", "printf 'FROM alpine AS dev-env\\n' >Dockerfile"),
            Samples.build("push", "localhost:9", "Dockerfile"));
    assertThat(failure(finished).reason()).isEqualTo(FailureReason.PUSH_FAILED);
    assertThat(failure(finished).message()).contains("connection refused");
    assertThat(reports().text("push")).filteredOn(line -> line.contains("next try")).hasSize(3);
    assertThat(reports().step("push").images()).isEmpty();
  }
}
