package dev.archway.planner.machine;

import static dev.archway.planner.machine.SamplePlans.ID;
import static dev.archway.planner.machine.SamplePlans.NOW;
import static dev.archway.planner.machine.SamplePlans.image;
import static dev.archway.planner.machine.SamplePlans.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.command.PublishIndex;
import dev.archway.contract.command.StageCommand;
import dev.archway.contract.event.ImageEvent;
import dev.archway.contract.event.StageEvent;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.contract.plan.IndexPlan;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.status.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A step that has an index published: asked for when it starts, answered when the index ended. */
class IndexStepTest {
  private static final Digest DIGEST = Digest.sha256(new byte[] {1});

  private final ExecutionMachine machine = new ExecutionMachine(2);
  private final List<StageCommand> stageCommands = new ArrayList<>();
  private final List<PublishIndex> imageCommands = new ArrayList<>();
  private final Request request = request();
  private ExecutionState state = ExecutionMachine.initial(request);

  /** Two stages that push, and one whose only step joins what they pushed. */
  private static Request request() {
    StagePlan amd = SamplePlans.stage("amd", Platform.LINUX_AMD64, List.of());
    StagePlan arm = SamplePlans.stage("arm", Platform.LINUX_ARM64, List.of());
    StagePlan join =
        SamplePlans.stage("join", Platform.LINUX_AMD64, List.of("amd", "arm"))
            .withSteps(
                List.of(new StepPlan.PublishIndex("push", "Join", Duration.ofHours(1), "index_1")));
    return new Request(
        ID,
        NOW,
        "pipeline: {}",
        new ExecutionPlan(
            "default",
            "default",
            "demo",
            "Demo",
            null,
            List.of(amd, arm, join),
            List.of(
                new IndexPlan(
                    "index_1",
                    SamplePlans.REGISTRY,
                    SamplePlans.REPOSITORY,
                    List.of("1.0"),
                    List.of(
                        new IndexPlan.Part("1.0-amd", Platform.LINUX_AMD64),
                        new IndexPlan.Part("1.0-arm", Platform.LINUX_ARM64)),
                    List.of("amd", "arm"),
                    false))),
        null,
        List.of());
  }

  @Test
  void theIndexIsAskedForWhenItsStepStartsAndAnsweredOnce() {
    partsPushed("amd", "arm");
    assertThat(imageCommands).isEmpty();
    stepStarted(1);
    stepStarted(1);
    assertThat(imageCommands)
        .singleElement()
        .satisfies(command -> assertThat(command.parts()).hasSize(2));
    assertThat(answers()).isEmpty();
    published();
    published();
    assertThat(answers())
        .containsExactly(
            new StageCommand.EndStep(
                key("join", 1),
                "push",
                null,
                Map.of(
                    "digest", DIGEST.toString(), "image", SamplePlans.REPOSITORY.pinned(DIGEST))));
    stageEnds(1, Status.SUCCESS, null);
    assertThat(state.status()).isEqualTo(Status.SUCCESS);
  }

  @Test
  void aFailedIndexIsTheBusinessOfItsStep() {
    partsPushed("amd", "arm");
    stepStarted(1);
    Failure why = Failure.of(FailureReason.REGISTRY_MISMATCH, "not there");
    signal(new Signal.ImageReported(new ImageEvent.IndexFailed(ID, NOW, "index_1", why)));
    assertThat(answers())
        .containsExactly(new StageCommand.EndStep(key("join", 1), "push", why, Map.of()));
    // A failure strategy of the step said so.
    stageEnds(1, Status.SUCCESS, null);
    assertThat(state.status()).isEqualTo(Status.SUCCESS);
  }

  @Test
  void anotherAttemptOfTheStageGetsTheSameAnswer() {
    partsPushed("amd", "arm");
    stepStarted(1);
    stageEnds(
        1,
        Status.FAILED,
        new Failure(FailureReason.LOST, "the node is gone", true, null, null, List.of()));
    published();
    assertThat(answers()).isEmpty();
    stepStarted(2);
    assertThat(answers()).extracting(StageCommand::key).containsExactly(key("join", 2));
    assertThat(imageCommands).hasSize(1);
  }

  @Test
  void aPartThatIsMissingFailsTheStepAtOnce() {
    signal(new Signal.Submitted(NOW));
    push("amd");
    stageEnds("arm", 1, Status.SUCCESS, null);
    stepStarted(1);
    assertThat(imageCommands).isEmpty();
    assertThat(answers())
        .singleElement()
        .satisfies(end ->
            assertThat(Objects.requireNonNull(end.failure()).reason())
                .isEqualTo(FailureReason.INDEX_INCOMPLETE));
  }

  @Test
  void anIndexWhoseStepNeverRanIsSkipped() {
    partsPushed("amd", "arm");
    stageEnds(1, Status.SUCCESS, null);
    assertThat(state.indexes().values())
        .extracting(ExecutionState.IndexState::status)
        .containsOnly(Status.SKIPPED);
    assertThat(state.status()).isEqualTo(Status.SUCCESS);
  }

  private void partsPushed(String... stages) {
    signal(new Signal.Submitted(NOW));
    Set.of(stages).forEach(this::push);
  }

  private void push(String stage) {
    signal(
        new Signal.StageReported(
            new StageEvent.StepFinished(
                key(stage, 1), NOW, "push", Status.SUCCESS, null, null, List.of(image(stage)), 0)));
    signal(
        new Signal.ImageReported(
            new ImageEvent.ImageVerified(
                key(stage, 1), NOW, "push", SamplePlans.REPOSITORY, image(stage).digest())));
    stageEnds(stage, 1, Status.SUCCESS, null);
  }

  private void stepStarted(int attempt) {
    signal(new Signal.StageReported(new StageEvent.StepStarted(key("join", attempt), NOW, "push")));
  }

  private void published() {
    signal(
        new Signal.ImageReported(
            new ImageEvent.IndexPublished(
                ID,
                NOW,
                "index_1",
                SamplePlans.REPOSITORY,
                List.of("1.0"),
                DIGEST,
                List.of(),
                List.of())));
  }

  private void stageEnds(int attempt, Status status, @Nullable Failure why) {
    stageEnds("join", attempt, status, why);
  }

  private void stageEnds(String stage, int attempt, Status status, @Nullable Failure why) {
    signal(
        new Signal.StageReported(
            new StageEvent.StageFinished(key(stage, attempt), NOW, status, why)));
  }

  private List<StageCommand.EndStep> answers() {
    return stageCommands.stream()
        .filter(StageCommand.EndStep.class::isInstance)
        .map(StageCommand.EndStep.class::cast)
        .toList();
  }

  private void signal(Signal signal) {
    Decision decision = machine.decide(request, state, signal);
    state = decision.state();
    stageCommands.addAll(decision.stageCommands());
    imageCommands.addAll(decision.imageCommands());
  }
}
