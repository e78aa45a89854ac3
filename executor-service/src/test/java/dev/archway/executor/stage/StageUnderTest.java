package dev.archway.executor.stage;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.StepPlan;
import dev.archway.executor.RecordedReports;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the parts of {@link StageBehaviour} need of it. */
interface StageUnderTest {
  /** A stage of these steps. */
  RunStage stage(StageKey key, @Nullable Checkout checkout, StepPlan... steps);

  /** Runs a stage to its end. */
  StageFinished run(StepPlan... steps);

  /** The same. */
  StageFinished run(RunStage command);

  /** Runs another stage to its end, of which alone is told from here on. */
  StageFinished runAnother(StepPlan... steps);

  /** Waits for the end of the stage that runs. */
  StageFinished await();

  /** What has been told. */
  RecordedReports reports();

  /** The executor. */
  StageWorker worker();

  /** What is left of an execution. */
  List<String> remains(ExecutionId execution) throws Exception;

  /** Where stages run. */
  StageBehaviour.Place place();

  /** The folder of everything. */
  Path home();

  default Failure failure(StageFinished finished) {
    return Objects.requireNonNull(finished.failure());
  }
}
