package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.archway.contract.api.ExecutionView;
import dev.archway.contract.api.ExecutionView.StageView;
import dev.archway.contract.status.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * More stages than a server has room for: each tells its place in line, and pipelines take turns.
 */
class QueueIT {
  private static final String PIPELINE =
      """
      pipeline:
        name: %1$s
        identifier: %1$s
        projectIdentifier: default
        orgIdentifier: default
        stages:
          - stage:
              name: Only
              identifier: only
              type: CI
              spec:
                cloneCodebase: false
                infrastructure: {type: KubernetesDirect, spec: {connectorRef: local, namespace: default}}
                execution:
                  steps:
                    - step:
                        name: Work
                        identifier: work
                        type: Run
                        spec: {connectorRef: account.harnessImage, image: "alpine:latest", command: "%2$s"}
      """;

  @Test
  void waitingStagesTellTheirPlaceAndPipelinesTakeTurns(
      @TempDir(cleanup = CleanupMode.NEVER) Path home, @TempDir Path directory) throws Exception {
    boolean there = Files.exists(Browser.CHROMIUM) && Files.exists(Browser.DRIVER);
    assumeTrue(
        there || Boolean.parseBoolean(System.getenv("CI")),
        "no Chromium here; .ci/browser installs it");
    try (LocalEnvironment _ = new LocalEnvironment(home);
        Server server = new Server(home, "--archway.executor.capacity=1");
        Browser browser = new Browser(directory)) {
      String running = server.submitted(PIPELINE.formatted("long", "sleep 600"), Map.of());
      await("the first stage")
          .atMost(Duration.ofMinutes(2))
          .until(() -> stage(server, running).status() == Status.RUNNING);
      assertThat(ahead(server, running)).isNull();

      String first = line(server, "large");
      String second = line(server, "large");
      String third = line(server, "large");
      String small = line(server, "small");
      assertThat(ahead(server, first)).isEqualTo(0);
      assertThat(ahead(server, small)).isEqualTo(1);
      assertThat(ahead(server, second)).isEqualTo(2);
      assertThat(ahead(server, third)).isEqualTo(3);

      browser.open(server.url() + "/#/executions/" + second);
      browser.awaitText("Sign in");
      browser.type("#token", Files.readString(home.resolve("token")).strip());
      browser.click("button[type=submit]");
      browser.awaitText("waits for an executor, 2 before it");
      // Nothing that happens to the others is an event of the execution that is shown.
      server.post("/api/v1/executions/" + small + "/abort", "");
      browser.awaitText("waits for an executor, 1 before it");

      String other = line(server, "other");
      server.post("/api/v1/executions/" + running + "/abort", "");
      List<ExecutionView> ended =
          List.of(first, second, third, other).stream().map(server::awaitEnd).toList();
      assertThat(ended).extracting(ExecutionView::status).containsOnly(Status.SUCCESS);
      assertThat(
              ended.stream()
                  .sorted(Comparator.comparing(QueueIT::started))
                  .map(e -> e.id().value()))
          .containsExactly(first, other, second, third);
    }
  }

  private static String line(Server server, String pipeline) {
    String id = server.submitted(PIPELINE.formatted(pipeline, "true"), Map.of());
    await("the stage in line").atMost(Duration.ofMinutes(1)).until(() -> ahead(server, id) != null);
    return id;
  }

  private static StageView stage(Server server, String id) {
    return server.show(id).stages().getFirst();
  }

  private static @Nullable Integer ahead(Server server, String id) {
    return stage(server, id).ahead();
  }

  private static Instant started(ExecutionView view) {
    return Objects.requireNonNull(view.stages().getFirst().startedAt());
  }
}
