package dev.archway.planner.machine;

import static dev.archway.planner.machine.SamplePlans.ID;
import static dev.archway.planner.machine.SamplePlans.NOW;
import static dev.archway.planner.machine.SamplePlans.image;
import static dev.archway.planner.machine.SamplePlans.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.command.PublishIndex;
import dev.archway.contract.command.StageCommand;
import dev.archway.contract.event.ExecutionEvent;
import dev.archway.contract.event.ImageEvent;
import dev.archway.contract.event.StageEvent;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.image.Digest;
import dev.archway.contract.status.Status;
import dev.archway.contract.wire.ContractMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExecutionMachineTest {
  private final ExecutionMachine machine = new ExecutionMachine(2);
  private final List<StageCommand> stageCommands = new ArrayList<>();
  private final List<PublishIndex> imageCommands = new ArrayList<>();
  private final List<ExecutionEvent> events = new ArrayList<>();
  private Request request = SamplePlans.twoStages(false, "amd");
  private ExecutionState state = ExecutionMachine.initial(request);

  @Test
  void stagesRunInOrderAndTheIndexFollowsWithTheDigestsThatWerePushed() {
    submit();
    assertThat(started()).containsExactly("amd/1");
    succeed("amd");
    assertThat(started()).containsExactly("amd/1", "arm/1");
    assertThat(imageCommands).isEmpty();
    succeed("arm");
    assertThat(imageCommands)
        .singleElement()
        .satisfies(command ->
            assertThat(command.parts())
                .extracting(PublishIndex.Part::digest)
                .containsExactly(image("amd").digest(), image("arm").digest()));
    assertThat(state.status()).isEqualTo(Status.RUNNING);
    publishIndex();
    assertThat(state.status()).isEqualTo(Status.SUCCESS);
    assertThat(events.getLast()).isInstanceOf(ExecutionEvent.ExecutionFinished.class);
  }

  @Test
  void stagesWithoutOrderStartTogether() {
    given(SamplePlans.twoStages(false));
    submit();
    assertThat(started()).containsExactly("amd/1", "arm/1");
  }

  @Test
  void aStageIsNotSuccessfulBeforeItsImageIsVerified() {
    submit();
    report(new StageEvent.StageStarted(key("amd", 1), NOW, "podman", false, List.of()));
    pushed("amd");
    report(new StageEvent.StageFinished(key("amd", 1), NOW, Status.SUCCESS, null));
    assertThat(stage("amd").status()).isEqualTo(Status.RUNNING);
    verified("amd");
    assertThat(stage("amd").status()).isEqualTo(Status.SUCCESS);
  }

  @Test
  void anImageVerifiedBeforeItsStepEndedCounts() {
    submit();
    verified("amd");
    pushed("amd");
    report(new StageEvent.StageFinished(key("amd", 1), NOW, Status.SUCCESS, null));
    assertThat(stage("amd").status()).isEqualTo(Status.SUCCESS);
  }

  @Test
  void aRejectedImageFailsItsStage() {
    submit();
    pushed("amd");
    report(new StageEvent.StageFinished(key("amd", 1), NOW, Status.SUCCESS, null));
    signal(
        new Signal.ImageReported(
            new ImageEvent.ImageRejected(
                key("amd", 1),
                NOW,
                "push",
                SamplePlans.REPOSITORY,
                image("amd").digest(),
                Failure.of(FailureReason.REGISTRY_MISMATCH, "not there"))));
    assertThat(state.status()).isEqualTo(Status.FAILED);
    assertThat(state.failure())
        .extracting(Failure::reason)
        .isEqualTo(FailureReason.REGISTRY_MISMATCH);
  }

  @Test
  void aFailureSkipsLaterStagesAndTheIndex() {
    submit();
    fail("amd", 1, Failure.of(FailureReason.EXIT_CODE, "exit code 3"));
    assertThat(stage("arm").status()).isEqualTo(Status.SKIPPED);
    assertThat(state.indexes().values())
        .extracting(ExecutionState.IndexState::status)
        .containsOnly(Status.SKIPPED);
    assertThat(state.status()).isEqualTo(Status.FAILED);
    assertThat(started()).containsExactly("amd/1");
  }

  @Test
  void anIgnoredStageLetsLaterOnesRunButNotAnIndexWithoutItsImage() {
    submit();
    fail("amd", Status.IGNORE_FAILED, Failure.of(FailureReason.EXIT_CODE, "exit code 3"));
    assertThat(stage("amd").status()).isEqualTo(Status.IGNORE_FAILED);
    assertThat(started()).containsExactly("amd/1", "arm/1");
    succeed("arm");
    assertThat(imageCommands).isEmpty();
    assertThat(state.status()).isEqualTo(Status.FAILED);
    assertThat(Objects.requireNonNull(state.failure()).reason())
        .isEqualTo(FailureReason.INDEX_INCOMPLETE);
  }

  @Test
  void anIgnoredStageAloneDoesNotFailTheExecution() {
    given(SamplePlans.twoStages(true, "amd"));
    submit();
    fail("amd", Status.IGNORE_FAILED, Failure.of(FailureReason.EXIT_CODE, "exit code 3"));
    succeed("arm");
    publishIndex();
    assertThat(state.status()).isEqualTo(Status.SUCCESS);
    assertThat(state.failure()).isNull();
  }

  @Test
  void anIgnoredStageThatWasLostIsTriedAgainFirst() {
    submit();
    fail("amd", Status.IGNORE_FAILED, Failure.retryable(FailureReason.LOST, "container gone"));
    assertThat(started()).containsExactly("amd/1", "amd/2");
  }

  @Test
  void aPartialIndexIsPublishedOnlyWhereThePlanAllowsIt() {
    given(SamplePlans.twoStages(true));
    submit();
    succeed("amd");
    fail("arm", 1, Failure.of(FailureReason.EXIT_CODE, "exit code 3"));
    assertThat(imageCommands)
        .singleElement()
        .satisfies(command -> assertThat(command.missing()).containsExactly("1.0-arm"));
    publishIndex();
    assertThat(state.status()).isEqualTo(Status.FAILED);
  }

  @Test
  void aLostStageIsTriedAgainButNotForEver() {
    submit();
    Failure lost = Failure.retryable(FailureReason.LOST, "container gone");
    fail("amd", 1, lost);
    assertThat(started()).containsExactly("amd/1", "amd/2");
    fail("amd", 1, lost);
    assertThat(started()).hasSize(2);
    fail("amd", 2, lost);
    assertThat(state.status()).isEqualTo(Status.FAILED);
  }

  @Test
  void abortStopsWhatRunsAndGivesUpWhatWaits() {
    submit();
    signal(new Signal.AbortRequested(NOW, "ann"));
    assertThat(stageCommands.getLast()).isEqualTo(new StageCommand.StopStage(key("amd", 1), "ann"));
    assertThat(stage("arm").status()).isEqualTo(Status.ABORTED);
    report(
        new StageEvent.StageFinished(
            key("amd", 1), NOW, Status.ABORTED, Failure.of(FailureReason.STOPPED, "stopped")));
    assertThat(state.status()).isEqualTo(Status.ABORTED);
  }

  @Test
  void whatTakesLongerThanThePipelineAllowsExpires() {
    given(SamplePlans.limited(Duration.ofMinutes(90), SamplePlans.twoStages(false, "amd")));
    submit();
    signal(new Signal.DeadlinePassed(NOW));
    assertThat(stageCommands.getLast())
        .isEqualTo(new StageCommand.StopStage(key("amd", 1), "the pipeline's timeout"));
    assertThat(stage("arm").status()).isEqualTo(Status.ABORTED);
    report(
        new StageEvent.StageFinished(
            key("amd", 1), NOW, Status.ABORTED, Failure.of(FailureReason.STOPPED, "stopped")));
    assertThat(state.status()).isEqualTo(Status.EXPIRED);
    assertThat(Objects.requireNonNull(state.failure()).message()).contains("timeout of 1h30m");
  }

  @Test
  void anExecutionWithoutATimeLimitDoesNotExpire() {
    submit();
    signal(new Signal.DeadlinePassed(NOW));
    assertThat(stageCommands).hasSize(1);
  }

  /**
   * Redelivery, reordering across topics and late reports: whatever comes, no stage starts twice
   * and nothing follows the end.
   */
  @Test
  void randomSignalsKeepThePromises() {
    Random random = new Random(7);
    for (int round = 0; round < 20_000; round++) {
      given(
          random.nextBoolean()
              ? SamplePlans.twoStages(random.nextBoolean())
              : SamplePlans.twoStages(false, "amd"));
      submit();
      for (int i = 0; i < 25; i++) {
        Signal signal = anySignal(random);
        boolean ended = state.status().ended();
        int told = events.size();
        signal(signal);
        if (ended) {
          assertThat(events).hasSize(told);
        }
        ExecutionState once = state;
        int commands = stageCommands.size() + imageCommands.size();
        signal(signal);
        assertThat(state).isEqualTo(once);
        assertThat(stageCommands.size() + imageCommands.size()).isEqualTo(commands);
      }
      assertThat(started()).doesNotHaveDuplicates();
      assertThat(imageCommands).hasSizeLessThanOrEqualTo(1);
    }
  }

  @Test
  void theStateSurvivesStorage() {
    submit();
    succeed("amd");
    String stored = ContractMapper.json().writeValueAsString(state);
    assertThat(ContractMapper.json().readValue(stored, ExecutionState.class)).isEqualTo(state);
    String written = ContractMapper.json().writeValueAsString(request);
    assertThat(ContractMapper.json().readValue(written, Request.class)).isEqualTo(request);
  }

  private Signal anySignal(Random random) {
    String stage = random.nextBoolean() ? "amd" : "arm";
    int attempt = 1 + random.nextInt(2);
    return switch (random.nextInt(9)) {
      case 0 ->
          new Signal.StageReported(
              new StageEvent.StageStarted(key(stage, attempt), NOW, "podman", false, List.of()));
      case 1 ->
          new Signal.StageReported(new StageEvent.StepStarted(key(stage, attempt), NOW, "push"));
      case 2, 3 -> new Signal.StageReported(stepFinished(stage, attempt));
      case 4 ->
          new Signal.StageReported(
              new StageEvent.StageFinished(key(stage, attempt), NOW, Status.SUCCESS, null));
      case 5 ->
          new Signal.StageReported(
              new StageEvent.StageFinished(
                  key(stage, attempt),
                  NOW,
                  random.nextBoolean() ? Status.FAILED : Status.IGNORE_FAILED,
                  random.nextBoolean()
                      ? Failure.retryable(FailureReason.LOST, "gone")
                      : Failure.of(FailureReason.EXIT_CODE, "1")));
      case 6 -> new Signal.ImageReported(imageVerified(stage, attempt));
      case 7 -> new Signal.ImageReported(indexPublished());
      default ->
          random.nextInt(5) == 0
              ? new Signal.AbortRequested(NOW, "ann")
              : new Signal.Submitted(NOW);
    };
  }

  private void given(Request next) {
    request = next;
    state = ExecutionMachine.initial(next);
    stageCommands.clear();
    imageCommands.clear();
    events.clear();
  }

  private void submit() {
    signal(new Signal.Submitted(NOW));
  }

  private void succeed(String stage) {
    report(new StageEvent.StageStarted(key(stage, 1), NOW, "podman", false, List.of()));
    pushed(stage);
    verified(stage);
    report(new StageEvent.StageFinished(key(stage, 1), NOW, Status.SUCCESS, null));
  }

  private void fail(String stage, int attempt, Failure failure) {
    report(new StageEvent.StageStarted(key(stage, attempt), NOW, "podman", false, List.of()));
    report(new StageEvent.StageFinished(key(stage, attempt), NOW, Status.FAILED, failure));
  }

  private void fail(String stage, Status status, Failure failure) {
    report(new StageEvent.StageStarted(key(stage, 1), NOW, "podman", false, List.of()));
    report(new StageEvent.StageFinished(key(stage, 1), NOW, status, failure));
  }

  private void pushed(String stage) {
    report(stepFinished(stage, 1));
  }

  private static StageEvent stepFinished(String stage, int attempt) {
    return new StageEvent.StepFinished(
        key(stage, attempt), NOW, "push", Status.SUCCESS, 0, null, List.of(image(stage)), 12);
  }

  private static ImageEvent imageVerified(String stage, int attempt) {
    return new ImageEvent.ImageVerified(
        key(stage, attempt), NOW, "push", SamplePlans.REPOSITORY, image(stage).digest());
  }

  private void verified(String stage) {
    signal(new Signal.ImageReported(imageVerified(stage, 1)));
  }

  private static ImageEvent indexPublished() {
    return new ImageEvent.IndexPublished(
        ID,
        NOW,
        "index_1",
        SamplePlans.REPOSITORY,
        List.of("1.0"),
        Digest.sha256(new byte[] {1}),
        List.of(),
        List.of());
  }

  private void publishIndex() {
    signal(new Signal.ImageReported(indexPublished()));
  }

  private void report(StageEvent event) {
    signal(new Signal.StageReported(event));
  }

  private void signal(Signal signal) {
    Decision decision = machine.decide(request, state, signal);
    state = decision.state();
    stageCommands.addAll(decision.stageCommands());
    imageCommands.addAll(decision.imageCommands());
    events.addAll(decision.events());
    assertThat(state.sequence()).isEqualTo(events.size());
  }

  private List<String> started() {
    return stageCommands.stream()
        .filter(StageCommand.RunStage.class::isInstance)
        .map(command -> command.key().stage() + "/" + command.key().attempt())
        .toList();
  }

  private ExecutionState.StageState stage(String id) {
    ExecutionState.@Nullable StageState stage = state.stages().get(id);
    return Objects.requireNonNull(stage);
  }
}
