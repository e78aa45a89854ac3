package dev.archway.executor.stage;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.plan.FailureStrategy;
import dev.archway.contract.plan.FailureStrategy.Action;
import dev.archway.contract.plan.FailureStrategy.ErrorKind;
import dev.archway.contract.plan.Flow;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.When;
import dev.archway.executor.Engines;
import dev.archway.executor.RecordedReports;
import dev.archway.executor.Samples;
import dev.archway.executor.runtime.podman.PodmanRuntime;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/** A podman, an executor that runs stages there, and what it has told: one for each test. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PodmanStages {
  final Path home;
  final Engines engines;
  RecordedReports reports = new RecordedReports();
  StageWorker worker;
  private final PodmanRuntime runtime;
  private final int capacity;

  /**
   * @param capacity how many stages run at once
   */
  PodmanStages(Path home, int capacity) throws Exception {
    this.home = home;
    this.capacity = capacity;
    engines = Engines.start(home);
    runtime = engines.runtime();
    worker = newWorker();
  }

  final StageWorker newWorker() {
    return new StageWorker(
        home.resolve("stages"),
        runtime,
        reports,
        new StageWorker.Capacity(capacity, capacity),
        Samples.SECRETS,
        Clock.systemUTC());
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
  void stopEngines() {
    runtime.close();
    engines.close();
  }

  static RunStage stage(StageKey key, List<Flow> flow, List<StepPlan> steps) {
    return stage(key, flow, List.of(), steps);
  }

  static RunStage stage(
      StageKey key, List<Flow> flow, List<FailureStrategy> onFailure, List<StepPlan> steps) {
    StagePlan plain = Samples.stage(key, null, steps.toArray(StepPlan[]::new)).stage();
    StagePlan stage =
        new StagePlan(
            plain.id(),
            plain.identifier(),
            plain.name(),
            plain.after(),
            plain.platform(),
            plain.placement(),
            plain.steps(),
            plain.timeout(),
            When.SUCCESS,
            flow,
            onFailure,
            Map.of("pipeline.name", "Demo"),
            Set.of(),
            null);
    return new RunStage(
        key, stage, null, Map.of("CI", "true"), Map.of("codebase.branch", "main"), null, null);
  }

  StageFinished run(List<Flow> flow, StepPlan... steps) {
    worker.handle(stage(Samples.key(), flow, List.of(steps)));
    return await();
  }

  StageFinished await() {
    return Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(20))
        .until(reports::finished, Optional::isPresent)
        .orElseThrow();
  }

  static Flow step(String id, When when, Action... actions) {
    return new Flow.Step(
        id,
        when,
        Arrays.stream(actions)
            .map(action -> new FailureStrategy(Set.of(ErrorKind.ALL_ERRORS), action))
            .toList());
  }
}
