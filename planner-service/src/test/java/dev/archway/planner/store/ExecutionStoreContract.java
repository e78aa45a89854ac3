package dev.archway.planner.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.api.ExecutionSummary;
import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.event.GitEvent.TriggerKey;
import dev.archway.contract.event.StageEvent;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.status.Status;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.messaging.Outbox;
import dev.archway.planner.machine.ExecutionMachine;
import dev.archway.planner.machine.ExecutionState;
import dev.archway.planner.machine.Origin;
import dev.archway.planner.machine.Request;
import dev.archway.planner.machine.SamplePlans;
import dev.archway.planner.machine.Signal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What the store promises on every database; one subclass a database. */
abstract class ExecutionStoreContract {
  private final ExecutionMachine machine = new ExecutionMachine(2);
  private final Request request = SamplePlans.twoStages(false, "amd");
  private JdbcClient jdbc = JdbcClient.create(dataSource());
  private ExecutionStore store = store(dataSource());

  abstract DataSource dataSource();

  @BeforeEach
  void emptyDatabase() {
    DataSource database = dataSource();
    Flyway flyway =
        Flyway.configure()
            .dataSource(database)
            .locations("classpath:db/planner")
            .cleanDisabled(false)
            .load();
    flyway.clean();
    flyway.migrate();
    jdbc = JdbcClient.create(database);
    store = store(database);
  }

  private static ExecutionStore store(DataSource database) {
    return new ExecutionStore(
        JdbcClient.create(database),
        new TransactionTemplate(new JdbcTransactionManager(database)),
        new Outbox(JdbcClient.create(database), () -> {}),
        new EventHub(),
        Clock.systemUTC());
  }

  @Test
  void anExecutionIsStoredWithWhatIsToBeTold() {
    create();
    assertThat(store.find(SamplePlans.ID))
        .hasValueSatisfying(stored -> assertThat(stored.request()).isEqualTo(request.numbered(1)));
    assertThat(outbox())
        .containsExactly("stage.run.v1", "execution.queued.v1", "execution.stage-changed.v1");
    assertThat(store.told(SamplePlans.ID, 0))
        .extracting(ExecutionStore.Told::sequence)
        .containsExactly(1L, 2L);
    assertThat(store.told(SamplePlans.ID, 1)).hasSize(1);
  }

  @Test
  void aSignalThatChangesNothingWritesNothing() {
    create();
    change(started());
    int told = outbox().size();
    change(started());
    assertThat(outbox()).hasSize(told);
  }

  @Test
  void anUnknownExecutionIsNotChanged() {
    assertThat(
            store.change(
                ExecutionId.of("e99999999999"),
                (_, _) -> {
                  throw new AssertionError();
                }))
        .isEmpty();
  }

  @Test
  void aFailedDecisionLeavesNothingBehind() {
    create();
    int told = outbox().size();
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(() ->
                store.change(
                    SamplePlans.ID,
                    (_, _) -> {
                      throw new IllegalStateException("broken");
                    })))
        .isInstanceOf(IllegalStateException.class);
    assertThat(outbox()).hasSize(told);
  }

  @Test
  void simultaneousSignalsAreAppliedOneAfterTheOther() throws Exception {
    create();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all =
          IntStream.range(0, 40)
              .<Future<?>>mapToObj(n -> threads.submit(() -> change(stepStarted("s" + n))))
              .toList();
      for (Future<?> one : all) {
        one.get();
      }
    }
    ExecutionState state = store.find(SamplePlans.ID).orElseThrow().state();
    assertThat(state.stages().get("amd")).isNotNull();
    assertThat(java.util.Objects.requireNonNull(state.stages().get("amd")).steps()).hasSize(40);
    assertThat(store.told(SamplePlans.ID, 0)).hasSize(42);
  }

  @Test
  void aStageKnowsHowManyOfItsPlatformComeBeforeIt() {
    create(request);
    Request second = SamplePlans.withId(ExecutionId.of("e00000002"), request);
    create(second);
    assertThat(store.ahead(SamplePlans.ID)).containsExactly(Map.entry("amd", 0));
    assertThat(store.ahead(second.id())).containsExactly(Map.entry("amd", 1));
    change(started());
    assertThat(store.ahead(SamplePlans.ID)).isEmpty();
    assertThat(store.ahead(second.id())).containsExactly(Map.entry("amd", 0));
    store.change(
        second.id(),
        (asked, state) ->
            machine.decide(asked, state, new Signal.AbortRequested(SamplePlans.NOW, "ann")));
    store.change(
        second.id(),
        (asked, state) ->
            machine.decide(
                asked,
                state,
                new Signal.StageReported(
                    new StageEvent.StageFinished(
                        new StageKey(second.id(), "amd", 1),
                        SamplePlans.NOW,
                        Status.ABORTED,
                        null))));
    assertThat(store.ahead(second.id())).isEmpty();
  }

  @Test
  void aPipelineWithManyStagesIsNotWhollyAheadOfOthers() {
    for (int i = 1; i <= 5; i++) {
      create(SamplePlans.withId(ExecutionId.of("e0000000" + i), request));
    }
    Request small =
        SamplePlans.of("small", SamplePlans.withId(ExecutionId.of("e00000009"), request));
    create(small);
    assertThat(store.ahead(ExecutionId.of("e00000001"))).containsExactly(Map.entry("amd", 0));
    assertThat(store.ahead(small.id())).containsExactly(Map.entry("amd", 1));
    assertThat(store.ahead(ExecutionId.of("e00000002"))).containsExactly(Map.entry("amd", 2));
    assertThat(store.ahead(ExecutionId.of("e00000005"))).containsExactly(Map.entry("amd", 5));
  }

  @Test
  void anExecutionIsOverdueAfterItsTimeUntilItWasTold() {
    create(SamplePlans.limited(Duration.ofMinutes(1), request));
    Instant due = SamplePlans.NOW.plusSeconds(60);
    assertThat(store.overdue(due.minusMillis(1))).isEmpty();
    assertThat(store.overdue(due)).containsExactly(SamplePlans.ID);
    store.expired(SamplePlans.ID);
    assertThat(store.overdue(due)).isEmpty();
  }

  @Test
  void theListIsFilteredAndNewestFirst() {
    create();
    Request triggered = triggered();
    create(triggered);
    assertThat(listed(ExecutionFilter.ALL))
        .containsExactlyInAnyOrder(SamplePlans.ID, triggered.id());
    assertThat(listed(filter(Status.SUCCESS, null, null, null, null))).isEmpty();
    assertThat(listed(filter(Status.QUEUED, "demo", null, null, SamplePlans.NOW.plusSeconds(1))))
        .hasSize(2);
    assertThat(listed(filter(null, null, null, null, SamplePlans.NOW))).isEmpty();
    assertThat(listed(filter(null, null, null, "on_push", null))).containsExactly(triggered.id());
    assertThat(listed(filter(null, null, null, "nightly", null))).isEmpty();
    assertThat(listed(filter(null, null, "feature/x", null, null))).containsExactly(triggered.id());
    assertThat(listed(filter(null, null, "feature", null, null))).isEmpty();
    assertThat(listed(ExecutionFilter.within(new ProjectFilter("default", null)))).hasSize(2);
    assertThat(listed(ExecutionFilter.within(new ProjectFilter("default", "default")))).hasSize(2);
    assertThat(listed(ExecutionFilter.within(new ProjectFilter("default", "other")))).isEmpty();
    assertThat(listed(ExecutionFilter.within(new ProjectFilter("other", null)))).isEmpty();
  }

  /** Of branch feature/x, by trigger on_push. */
  private Request triggered() {
    String url = "https://git.example/acme/app";
    return new Request(
        ExecutionId.of("e00000000002"),
        SamplePlans.NOW,
        request.yaml(),
        request.plan(),
        new Checkout(
            new Connector.Git("repo", url, false, null, null),
            url,
            "refs/heads/feature/x",
            "0123456789abcdef0123456789abcdef01234567",
            0,
            true),
        List.of(),
        0,
        new Origin(new TriggerKey("default", "default", "on_push"), null, null, null),
        null);
  }

  private static ExecutionFilter filter(
      @Nullable Status status,
      @Nullable String pipeline,
      @Nullable String branch,
      @Nullable String trigger,
      @Nullable Instant before) {
    return new ExecutionFilter(status, pipeline, branch, trigger, before, ProjectFilter.ALL);
  }

  private List<ExecutionId> listed(ExecutionFilter filter) {
    return store.list(filter, 10).stream().map(ExecutionSummary::id).toList();
  }

  /** Every stage of an execution is commanded with the same nonce, and no other's with it. */
  @Test
  void executorsAreToldWhatNobodyElseKnows() {
    create();
    create(SamplePlans.withId(ExecutionId.of("e00000002"), request));
    String first = nonces().getFirst();
    assertThat(first).hasSize(32);
    assertThat(nonces().get(1)).hasSize(32).isNotEqualTo(first);
    change(
        new StageEvent.StageFinished(
            new StageKey(SamplePlans.ID, "amd", 1),
            SamplePlans.NOW,
            Status.FAILED,
            Failure.retryable(FailureReason.LOST, "the node is gone")));
    assertThat(nonces()).hasSize(3).last().isEqualTo(first);
    assertThat(store.find(SamplePlans.ID).orElseThrow().toString()).doesNotContain(first);
  }

  private List<String> nonces() {
    List<String> nonces = new ArrayList<>();
    for (String body :
        jdbc.sql("SELECT body FROM outbox WHERE wire_name = 'stage.run.v1' ORDER BY id")
            .query((rs, _) -> rs.getString(1))
            .list()) {
      nonces.add(
          Objects.requireNonNull(ContractMapper.json().readValue(body, RunStage.class).nonce()));
    }
    return nonces;
  }

  @Test
  void executionsOfAPipelineAreNumberedWithoutGapOrDouble() throws Exception {
    int executions = 24;
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> done =
          IntStream.range(0, executions)
              .<Future<?>>mapToObj(i -> threads.submit(() -> create(execution(i))))
              .toList();
      for (Future<?> one : done) {
        one.get();
      }
    }
    assertThat(
            IntStream.range(0, executions)
                .mapToObj(i -> store.find(execution(i).id()).orElseThrow().request().sequence()))
        .containsExactlyInAnyOrderElementsOf(
            LongStream.rangeClosed(1, executions).boxed().toList());
  }

  private Request execution(int number) {
    return new Request(
        ExecutionId.of("e%011d".formatted(100 + number)),
        SamplePlans.NOW,
        request.yaml(),
        request.plan(),
        null,
        List.of());
  }

  private void create() {
    create(request);
  }

  private void create(Request submitted) {
    store.create(
        submitted,
        numbered ->
            machine.decide(
                numbered,
                ExecutionMachine.initial(numbered),
                new Signal.Submitted(SamplePlans.NOW)));
  }

  private void change(StageEvent event) {
    store.change(
        SamplePlans.ID,
        (asked, state) -> machine.decide(asked, state, new Signal.StageReported(event)));
  }

  private static StageEvent started() {
    return new StageEvent.StageStarted(
        new StageKey(SamplePlans.ID, "amd", 1), SamplePlans.NOW, "podman", false, List.of());
  }

  private static StageEvent stepStarted(String step) {
    return new StageEvent.StepStarted(
        new StageKey(SamplePlans.ID, "amd", 1), SamplePlans.NOW, step);
  }

  private List<String> outbox() {
    return jdbc.sql("SELECT wire_name FROM outbox ORDER BY id")
        .query((rs, _) -> rs.getString(1))
        .list();
  }
}
