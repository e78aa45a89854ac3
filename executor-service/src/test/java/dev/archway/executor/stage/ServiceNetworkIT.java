package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.status.Status;
import dev.archway.executor.Engines;
import dev.archway.executor.RecordedReports;
import dev.archway.executor.Samples;
import dev.archway.executor.runtime.StageRuntime;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services where steps do not have the host's network: each stage has one of its own. */
final class ServiceNetworkIT {
  private static StepPlan.Run run(String id, String command) {
    return Samples.run(id, command.replace("WEB", "busybox httpd -f -p 127.0.0.1:8080 -h /tmp"));
  }

  private static RunStage stage(String text) {
    return Samples.stage(
        Samples.key(),
        null,
        run("web_1", "echo %s >/tmp/index.html; exec WEB".formatted(text)).inBackground(),
        run("idle", "trap 'exit 0' TERM; while :; do sleep 0.1; done").inBackground(),
        run(
            "ask",
            "until wget -qO a http://localhost:8080/ 2>/dev/null; do sleep 0.1; done; cat a; sleep 1"),
        run("name", "wget -qO - http://web_1:8080/"));
  }

  @Test
  void stagesAtTheSameTimeHaveTheSamePortEachForItself(@TempDir Path home) throws Exception {
    try (Engines engines = Engines.start(home);
        StageRuntime runtime = engines.runtime("bridge")) {
      List<RecordedReports> told = List.of(new RecordedReports(), new RecordedReports());
      List<StageWorker> workers = new ArrayList<>();
      List<RunStage> stages = List.of(stage("first"), stage("second"));
      for (int i = 0; i < stages.size(); i++) {
        StageWorker worker =
            new StageWorker(
                home.resolve("stages" + i),
                runtime,
                told.get(i),
                new StageWorker.Capacity(2, 2),
                Samples.SECRETS,
                Clock.systemUTC());
        worker.handle(stages.get(i));
        workers.add(worker);
      }
      for (int i = 0; i < stages.size(); i++) {
        RecordedReports reports = told.get(i);
        StageFinished finished =
            Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(reports::finished, java.util.Optional::isPresent)
                .orElseThrow();
        assertThat(finished.failure()).isNull();
        String text = List.of("first", "second").get(i);
        assertThat(reports.text("ask")).containsExactly(text);
        assertThat(reports.text("name")).containsExactly(text);
        assertThat(reports.step("web_1").status()).isEqualTo(Status.SUCCESS);
      }
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> assertThat(engines.shell("podman ps -aq; podman pod ls -q")).isEmpty());
      workers.forEach(StageWorker::close);
    }
  }
}
