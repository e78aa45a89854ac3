package dev.archway.planner.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.command.StageCommand;
import dev.archway.contract.event.ExecutionEvent;
import dev.archway.contract.event.ImageEvent;
import dev.archway.contract.event.StageEvent;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.status.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What runs again when an execution is retried. */
class RetryTest {
  private final ExecutionMachine machine = new ExecutionMachine(1);
  private final Request request = SamplePlans.twoStages(false, "amd");
  private final List<StageCommand> commands = new ArrayList<>();
  private final List<ExecutionEvent> events = new ArrayList<>();
  private ExecutionState state = ExecutionMachine.initial(request);

  private void signal(Request of, Signal signal) {
    Decision decision = machine.decide(of, state, signal);
    state = decision.state();
    commands.addAll(decision.stageCommands());
    events.addAll(decision.events());
  }

  private void report(Request of, StageEvent event) {
    signal(of, new Signal.StageReported(event));
  }

  private void succeed(Request of, String stage) {
    StageKey key = new StageKey(of.id(), stage, 1);
    report(of, new StageEvent.StageStarted(key, SamplePlans.NOW, "podman", false, List.of()));
    report(
        of,
        new StageEvent.StepFinished(
            key,
            SamplePlans.NOW,
            "push",
            Status.SUCCESS,
            0,
            null,
            List.of(SamplePlans.image(stage)),
            7,
            Map.of("out", "kept"),
            0,
            null));
    signal(
        of,
        new Signal.ImageReported(
            new ImageEvent.ImageVerified(
                key,
                SamplePlans.NOW,
                "push",
                SamplePlans.REPOSITORY,
                SamplePlans.image(stage).digest())));
    report(of, new StageEvent.StageFinished(key, SamplePlans.NOW, Status.SUCCESS, null));
  }

  @Test
  void whatSucceededIsKeptAndWhatFailedRunsAgain() {
    signal(request, new Signal.Submitted(SamplePlans.NOW));
    succeed(request, "amd");
    report(
        request,
        new StageEvent.StageFinished(
            new StageKey(request.id(), "arm", 1),
            SamplePlans.NOW,
            Status.FAILED,
            Failure.of(FailureReason.EXIT_CODE, "exit code 3")));
    assertThat(state.status()).isEqualTo(Status.FAILED);

    Request again = SamplePlans.withId(ExecutionId.of("e00000002"), request);
    state = ExecutionMachine.resumed(again, state);
    commands.clear();
    events.clear();
    signal(again, new Signal.Submitted(SamplePlans.NOW));
    assertThat(commands)
        .extracting(command -> command.key().toString())
        .containsExactly("e00000002/arm/1");
    assertThat(events.getFirst()).isInstanceOf(ExecutionEvent.ExecutionQueued.class);
    ExecutionState.StageState kept = Objects.requireNonNull(state.stages().get("amd"));
    assertThat(kept.status()).isEqualTo(Status.SUCCESS);
    assertThat(Objects.requireNonNull(kept.steps().get("push")).outputs())
        .containsEntry("out", "kept");

    succeed(again, "arm");
    signal(
        again,
        new Signal.ImageReported(
            new ImageEvent.IndexPublished(
                again.id(),
                SamplePlans.NOW,
                "index_1",
                SamplePlans.REPOSITORY,
                List.of("1.0"),
                SamplePlans.image("amd").digest(),
                List.of(),
                List.of())));
    assertThat(state.status()).isEqualTo(Status.SUCCESS);
    assertThat(((ExecutionEvent.ExecutionFinished) events.getLast()).logs())
        .as("nobody waits here for logs that another execution wrote")
        .extracting(ExecutionEvent.LogLength::lines)
        .containsExactly(0L, 7L);
  }

  @Test
  void whatCameAfterAFailureRunsAgainThoughItSucceeded() {
    signal(request, new Signal.Submitted(SamplePlans.NOW));
    succeed(request, "amd");
    ExecutionState ended = state;
    Map<String, ExecutionState.StageState> stages = new java.util.LinkedHashMap<>(ended.stages());
    stages.put("arm", Objects.requireNonNull(ended.stages().get("amd")));
    stages.put(
        "amd", ExecutionState.StageState.WAITING.withStatus(Status.FAILED, SamplePlans.NOW, null));
    ExecutionState other =
        new ExecutionState(
            Status.FAILED, 9, null, SamplePlans.NOW, null, null, stages, ended.indexes());
    ExecutionState resumed = ExecutionMachine.resumed(request, other);
    assertThat(resumed.stages().values())
        .extracting(ExecutionState.StageState::status)
        .containsOnly(Status.QUEUED);
  }
}
