package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.command.StageCommand.StopStage;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.plan.FailureStrategy.Action;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.When;
import dev.archway.contract.status.Status;
import dev.archway.executor.Samples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A stage that is stopped where none of its own programs runs, or one that does not listen; that
 * others end is in {@link StageBehaviour} and FlowOnPodmanIT.
 */
final class AbortIT extends PodmanStages {
  AbortIT(@TempDir Path home) throws Exception {
    super(home, 1);
  }

  /** Takes connections and never says a word. */
  private static final class Silent implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final CountDownLatch asked = new CountDownLatch(1);

    Silent() throws IOException {
      Thread.ofVirtual()
          .start(() -> {
            try (Socket open = socket.accept()) {
              asked.countDown();
              var _ = open.getInputStream().readAllBytes();
            } catch (IOException _) {
              // The test is over, or the client has gone.
            }
          });
    }

    String host() {
      return "127.0.0.1:" + socket.getLocalPort();
    }

    boolean isAsked() {
      return asked.getCount() == 0;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /** Runs the stage, stops it once that is so, and returns how it ended. */
  private StageFinished stopOnce(Callable<Boolean> there, RunStage command) throws Exception {
    worker.handle(command);
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(there);
    worker.handle(new StopStage(command.key(), "ann"));
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> reports.finished().isPresent() && worker.active() == 0);
    assertThat(
            engines.shell(
                "podman ps -aq --filter label=dev.archway.execution=" + command.key().execution()))
        .isEmpty();
    return reports.finished().orElseThrow();
  }

  private static StepPlan.Run from(String registry) {
    StepPlan.Run plain = Samples.run("pull", "true");
    return new StepPlan.Run(
        plain.id(),
        plain.name(),
        plain.timeout(),
        "tool",
        new Connector.DockerRegistry("silent", URI.create("http://" + registry), null, null),
        plain.command(),
        plain.shell(),
        Map.of(),
        plain.resources(),
        null,
        false,
        null);
  }

  @Test
  void whileItWaitsForItsTurn() throws Exception {
    RunStage first = Samples.stage(Samples.key(), null, Samples.run("first", "sleep 600"));
    RunStage second = Samples.stage(Samples.key(), null, Samples.run("second", "echo no"));
    worker.handle(first);
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> reports.told().toString().contains("StepStarted"));
    worker.handle(second);
    worker.handle(new StopStage(second.key(), "ann"));
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> reports.finished().isPresent() && worker.active() == 1);
    assertThat(reports.finished().orElseThrow().key()).isEqualTo(second.key());
    assertThat(reports.finished().orElseThrow().status()).isEqualTo(Status.ABORTED);
    assertThat(reports.step("second").status()).isEqualTo(Status.SKIPPED);
    worker.handle(new StopStage(first.key(), "ann"));
  }

  @Test
  void whileAnImageIsPulled() throws Exception {
    try (Silent registry = new Silent()) {
      StageFinished finished =
          stopOnce(
              registry::isAsked,
              Samples.stage(
                  Samples.key(), null, from(registry.host()), Samples.run("after", "true")));
      assertThat(finished.status()).isEqualTo(Status.ABORTED);
      assertThat(reports.step("pull").status()).isEqualTo(Status.ABORTED);
      assertThat(reports.step("after").status()).isEqualTo(Status.SKIPPED);
    }
  }

  @Test
  void whileItClones() throws Exception {
    try (Silent server = new Silent()) {
      StageFinished finished =
          stopOnce(
              server::isAsked,
              Samples.stage(
                  Samples.key(),
                  Samples.checkout(
                      "http://%s/repo.git".formatted(server.host()),
                      "refs/heads/main",
                      "0".repeat(40)),
                  new StepPlan.Clone("clone", "clone", Samples.MINUTE),
                  Samples.run("after", "true")));
      assertThat(finished.status()).isEqualTo(Status.ABORTED);
      assertThat(reports.step("clone").status()).isEqualTo(Status.ABORTED);
      assertThat(reports.step("after").status()).isEqualTo(Status.SKIPPED);
    }
  }

  @Test
  void whileABuildRunsThatDoesNotListen() throws Exception {
    String sleeper = "sleep 86" + System.nanoTime() % 1_000_000;
    StageFinished finished =
        stopOnce(
            () -> reports.text("push").contains("on"),
            Samples.stage(
                Samples.key(),
                null,
                Samples.run(
                    "file",
                    "printf 'FROM alpine AS dev-env\\nRUN trap \"\" TERM; echo on; %s; true\\n' >Dockerfile"
                        .formatted(sleeper)),
                Samples.build("push", engines.host(), "Dockerfile")));
    assertThat(finished.status()).isEqualTo(Status.ABORTED);
    assertThat(reports.step("push").status()).isEqualTo(Status.ABORTED);
    assertThat(engines.shell("pgrep -fx '%s' || true".formatted(sleeper))).isEmpty();
    assertThat(engines.shell("buildah containers -q")).isEmpty();
  }

  @Test
  void whileItWaitsForAnotherTry() throws Exception {
    Action retry =
        new Action.Retry(3, List.of(Duration.ofHours(1)), null, new Action.MarkAsFailure());
    RunStage command =
        stage(
            Samples.key(),
            List.of(step("flaky", When.SUCCESS, retry)),
            List.of(Samples.run("flaky", "echo try; exit 3")));
    StageFinished finished =
        stopOnce(
            () -> {
              try (var files = Files.walk(home.resolve("stages"))) {
                return files.anyMatch(file -> file.getFileName().toString().contains("flaky.try1"));
              } catch (UncheckedIOException _) {
                return false; // A file went while it was looked at.
              }
            },
            command);
    assertThat(finished.status()).isEqualTo(Status.ABORTED);
    assertThat(reports.step("flaky").status()).isEqualTo(Status.ABORTED);
    assertThat(reports.text("flaky")).containsExactly("try");
  }

  @Test
  void afterItsEndNothingChanges() throws Exception {
    RunStage command = Samples.stage(Samples.key(), null, Samples.run("one", "echo one"));
    worker.handle(command);
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> reports.finished().isPresent() && worker.active() == 0);
    worker.handle(new StopStage(command.key(), "ann"));
    worker.handle(new StopStage(command.key(), "ann"));
    worker.handle(command);
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> reports.told().stream().filter(StageFinished.class::isInstance).count() == 2);
    assertThat(reports.told().stream().filter(StageFinished.class::isInstance))
        .containsOnly(reports.finished().orElseThrow());
    assertThat(reports.finished().orElseThrow().status()).isEqualTo(Status.SUCCESS);
  }

  @Test
  void ofAStageThatNobodyKnowsIsOverAtOnce() {
    CountDownLatch over = new CountDownLatch(1);
    worker.handle(new StopStage(Samples.key(), "ann"), over::countDown);
    assertThat(over.getCount()).isZero();
    assertThat(reports.told()).isEmpty();
  }
}
