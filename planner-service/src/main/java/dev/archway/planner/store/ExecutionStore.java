package dev.archway.planner.store;

import dev.archway.contract.api.ExecutionSummary;
import dev.archway.contract.command.PublishIndex;
import dev.archway.contract.command.StageCommand;
import dev.archway.contract.event.ExecutionEvent;
import dev.archway.contract.event.ExecutionEvent.StageChanged;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.status.Status;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.contract.wire.ContractTypes;
import dev.archway.contract.wire.Topics;
import dev.archway.messaging.Envelopes;
import dev.archway.messaging.Outbox;
import dev.archway.planner.machine.Decision;
import dev.archway.planner.machine.ExecutionState;
import dev.archway.planner.machine.Origin;
import dev.archway.planner.machine.Request;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Executions, their history and what is still to be told of them, changed together in one
 * transaction. The same on H2 and PostgreSQL. Thread-safe; the row's lock orders the changes of one
 * execution over all planners.
 */
public final class ExecutionStore {
  private static final String SOURCE = "planner";
  private static final int REQUESTS = 500;

  private final JdbcClient jdbc;
  private final TransactionTemplate transactions;
  private final Outbox outbox;
  private final EventHub hub;
  private final ExecutionWatcher watcher;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<ExecutionId, Request> requests =
      Collections.synchronizedMap(new RecentlyUsed<>(REQUESTS));

  public ExecutionStore(
      JdbcClient jdbc, TransactionTemplate transactions, Outbox outbox, EventHub hub, Clock clock) {
    this(jdbc, transactions, outbox, hub, (_, _) -> {}, clock);
  }

  public ExecutionStore(
      JdbcClient jdbc,
      TransactionTemplate transactions,
      Outbox outbox,
      EventHub hub,
      ExecutionWatcher watcher,
      Clock clock) {
    this.watcher = watcher;
    this.jdbc = jdbc;
    this.transactions = transactions;
    this.outbox = outbox;
    this.hub = hub;
    this.clock = clock;
  }

  /** An execution as it is stored. */
  public record Stored(Request request, ExecutionState state) {}

  /**
   * What a change reads.
   *
   * @param nonce null for an execution that began before there were any
   */
  private record Row(String state, @Nullable String nonce) {}

  /** One told event, for those who follow an execution. */
  public record Told(long sequence, String wireName, String body) {}

  /**
   * Numbers and stores a new execution with what its first signal leads to.
   *
   * @param decide of the numbered request
   */
  public void create(Request submitted, Function<Request, Decision> decide) {
    try {
      insert(submitted, decide);
    } catch (DuplicateKeyException e) {
      // Two first executions of a pipeline at once: the other one made the row of its numbers.
      insert(submitted, decide);
    }
  }

  private void insert(Request submitted, Function<Request, Decision> decide) {
    transactions.executeWithoutResult(_ -> {
      var plan = submitted.plan();
      Request request = submitted.numbered(number(plan.org(), plan.project(), plan.pipeline()));
      Decision first = decide.apply(request);
      Origin origin = request.origin();
      String nonce = nonce();
      jdbc.sql(
              "INSERT INTO executions (id, org, project, pipeline, name, status, created_at, deadline, branch, trigger_id, line, nonce, request, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
          .param(request.id().value())
          .param(plan.org())
          .param(plan.project())
          .param(plan.pipeline())
          .param(plan.name())
          .param(first.state().status().word())
          .param(utc(request.createdAt()))
          .param(plan.timeout() == null ? null : utc(request.createdAt().plus(plan.timeout())))
          .param(branch(request.checkout()))
          .param(origin == null || origin.trigger() == null ? null : origin.trigger().id())
          .param(origin == null ? null : origin.line())
          .param(nonce)
          .param(ContractMapper.json().writeValueAsString(request))
          .param(ContractMapper.json().writeValueAsString(first.state()))
          .update();
      tell(request, nonce, 0, first);
      requests.put(request.id(), request);
    });
  }

  /** What only executors are told of an execution. */
  private String nonce() {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static @Nullable String branch(@Nullable Checkout checkout) {
    String heads = "refs/heads/";
    return checkout != null && checkout.refName().startsWith(heads)
        ? checkout.refName().substring(heads.length())
        : null;
  }

  /** The next number of a pipeline; the row's lock lets no two executions have one. */
  private long number(String org, String project, String pipeline) {
    if (count(org, project, pipeline) == 0) {
      jdbc.sql(
              "INSERT INTO pipeline_numbers (org, project, pipeline, last_number) VALUES (?, ?, ?, 1)")
          .params(org, project, pipeline)
          .update();
    }
    return jdbc.sql(
            "SELECT last_number FROM pipeline_numbers WHERE org = ? AND project = ? AND pipeline = ?")
        .params(org, project, pipeline)
        .query(Long.class)
        .single();
  }

  private int count(String org, String project, String pipeline) {
    return jdbc.sql(
            "UPDATE pipeline_numbers SET last_number = last_number + 1 WHERE org = ? AND project = ? AND pipeline = ?")
        .params(org, project, pipeline)
        .update();
  }

  /**
   * Applies {@code decide} to the execution's present state under its lock, and stores and tells
   * what follows.
   *
   * @return the state afterwards; empty when there is no such execution
   */
  public Optional<ExecutionState> change(
      ExecutionId id, BiFunction<Request, ExecutionState, Decision> decide) {
    return Optional.ofNullable(
        transactions.execute(_ -> {
          Row row =
              jdbc.sql("SELECT state, nonce FROM executions WHERE id = ? FOR UPDATE")
                  .param(id.value())
                  .query((rs, _) -> new Row(rs.getString("state"), rs.getString("nonce")))
                  .optional()
                  .orElse(null);
          if (row == null) {
            return null;
          }
          Request request = request(id);
          ExecutionState before =
              ContractMapper.json().readValue(row.state(), ExecutionState.class);
          Decision decision = decide.apply(request, before);
          ExecutionState after = decision.state();
          if (!after.equals(before)) {
            Instant ended = after.endedAt();
            jdbc.sql("UPDATE executions SET status = ?, state = ?, ended_at = ? WHERE id = ?")
                .param(after.status().word())
                .param(ContractMapper.json().writeValueAsString(after))
                .param(ended == null ? null : utc(ended))
                .param(id.value())
                .update();
            tell(request, row.nonce(), before.sequence(), decision);
          }
          return after;
        }));
  }

  /** Executions whose time is up and that have not been {@linkplain #expired told} so. */
  public List<ExecutionId> overdue(Instant now) {
    return jdbc.sql("SELECT id FROM executions WHERE deadline <= ? FETCH FIRST 100 ROWS ONLY")
        .param(utc(now))
        .query((rs, _) -> ExecutionId.of(rs.getString(1)))
        .list();
  }

  /** The execution has been told that its time is up. */
  public void expired(ExecutionId id) {
    jdbc.sql("UPDATE executions SET deadline = NULL WHERE id = ?").param(id.value()).update();
  }

  /** What was asked for never changes, and is much larger than the state: it is read once. */
  private Request request(ExecutionId id) {
    Request known = requests.get(id);
    if (known != null) {
      return known;
    }
    Request request =
        ContractMapper.json()
            .readValue(
                jdbc.sql("SELECT request FROM executions WHERE id = ?")
                    .param(id.value())
                    .query(String.class)
                    .single(),
                Request.class);
    requests.put(id, request);
    return request;
  }

  /** True when there is an execution of this id. */
  public boolean exists(ExecutionId id) {
    return jdbc.sql("SELECT COUNT(*) FROM executions WHERE id = ?")
            .param(id.value())
            .query(Integer.class)
            .single()
        > 0;
  }

  /** The older executions of the same line that have not ended. */
  public List<ExecutionId> superseded(ExecutionId newest) {
    return jdbc.sql(
            """
            SELECT older.id
              FROM executions newest
              JOIN executions older ON older.line = newest.line AND older.id <> newest.id
             WHERE newest.id = ? AND older.created_at <= newest.created_at AND older.ended_at IS NULL
            """)
        .param(newest.value())
        .query((rs, _) -> ExecutionId.of(rs.getString(1)))
        .list();
  }

  /** One execution. */
  public Optional<Stored> find(ExecutionId id) {
    return jdbc.sql("SELECT request, state FROM executions WHERE id = ?")
        .param(id.value())
        .query(ExecutionStore::stored)
        .optional();
  }

  /** Executions, newest first. */
  public List<ExecutionSummary> list(ExecutionFilter filter, int limit) {
    Map<String, Object> wanted = new LinkedHashMap<>();
    put(wanted, "status = ?", filter.status() == null ? null : filter.status().word());
    put(wanted, "pipeline = ?", filter.pipeline());
    put(wanted, "branch = ?", filter.branch());
    put(wanted, "trigger_id = ?", filter.trigger());
    put(wanted, "org = ?", filter.within().org());
    put(wanted, "project = ?", filter.within().project());
    put(wanted, "created_at < ?", filter.before() == null ? null : utc(filter.before()));
    StringBuilder sql =
        new StringBuilder(
            "SELECT id, org, project, pipeline, name, status, created_at, ended_at FROM executions WHERE 1 = 1");
    wanted.keySet().forEach(condition -> sql.append(" AND ").append(condition));
    sql.append(" ORDER BY created_at DESC, id FETCH FIRST ").append(limit).append(" ROWS ONLY");
    return jdbc.sql(sql.toString())
        .params(List.copyOf(wanted.values()))
        .query((rs, _) ->
            new ExecutionSummary(
                ExecutionId.of(rs.getString("id")),
                rs.getString("org"),
                rs.getString("project"),
                rs.getString("pipeline"),
                rs.getString("name"),
                Status.of(rs.getString("status")),
                rs.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(rs.getObject("ended_at", OffsetDateTime.class))))
        .list();
  }

  private static void put(Map<String, Object> wanted, String condition, @Nullable Object value) {
    if (value != null) {
      wanted.put(condition, value);
    }
  }

  /** What was told of an execution after {@code sequence}, in order. */
  public List<Told> told(ExecutionId id, long sequence) {
    return jdbc.sql(
            "SELECT sequence, wire_name, body FROM execution_events WHERE execution_id = ? AND sequence > ? ORDER BY sequence FETCH FIRST 500 ROWS ONLY")
        .param(id.value())
        .param(sequence)
        .query((rs, _) ->
            new Told(rs.getLong("sequence"), rs.getString("wire_name"), rs.getString("body")))
        .list();
  }

  private void tell(Request request, @Nullable String nonce, long sequence, Decision decision) {
    ExecutionId id = request.id();
    String key = id.value();
    for (StageCommand command : decision.stageCommands()) {
      String verb =
          switch (command) {
            case StageCommand.RunStage _ -> "run";
            case StageCommand.StopStage _ -> "stop";
            case StageCommand.EndStep end -> "end/" + end.step();
          };
      outbox.add(
          Topics.stageCommands(platform(request, command.key().stage())),
          Envelopes.of(
                  SOURCE,
                  command.key() + "/" + verb,
                  key,
                  clock.instant(),
                  command instanceof StageCommand.RunStage run ? run.known(nonce) : command)
              .at(request.traceparent()));
    }
    queue(request, decision);
    watcher.told(request, decision.events());
    for (PublishIndex command : decision.imageCommands()) {
      outbox.add(
          Topics.IMAGE_COMMANDS,
          Envelopes.of(
                  SOURCE, id + "/" + command.index() + "/publish", key, clock.instant(), command)
              .at(request.traceparent()));
    }
    for (ExecutionEvent event : decision.events()) {
      sequence++;
      jdbc.sql(
              "INSERT INTO execution_events (execution_id, sequence, wire_name, occurred_at, body) VALUES (?, ?, ?, ?, ?)")
          .param(key)
          .param(sequence)
          .param(ContractTypes.nameOf(event))
          .param(utc(event.at()))
          .param(ContractMapper.json().writeValueAsString(event))
          .update();
      outbox.add(
          Topics.EXECUTION_EVENTS,
          Envelopes.of(SOURCE, id + "/" + sequence, key, event.at(), event)
              .at(request.traceparent()));
    }
    if (!decision.events().isEmpty()) {
      TransactionSynchronizationManager.registerSynchronization(
          new TransactionSynchronization() {
            @Override
            public void afterCommit() {
              hub.told(request, decision.events());
            }
          });
    }
  }

  /** A stage waits from its command until anything is heard of it. */
  private void queue(Request request, Decision decision) {
    String id = request.id().value();
    for (ExecutionEvent event : decision.events()) {
      // A later attempt takes the place of one that was never heard of.
      if (event instanceof StageChanged changed
          && (changed.status() != Status.QUEUED || changed.attempt() > 1)) {
        jdbc.sql("DELETE FROM waiting_stages WHERE execution_id = ? AND stage = ?")
            .param(id)
            .param(changed.stage())
            .update();
      }
    }
    for (StageCommand command : decision.stageCommands()) {
      if (command instanceof StageCommand.RunStage run
          && status(decision, run.key().stage()) == Status.QUEUED) {
        jdbc.sql(
                "INSERT INTO waiting_stages (execution_id, stage, platform, since) VALUES (?, ?, ?, ?)")
            .param(id)
            .param(run.key().stage())
            .param(run.stage().platform().toString())
            .param(utc(clock.instant()))
            .update();
      }
    }
  }

  private static Status status(Decision decision, String stage) {
    return Objects.requireNonNull(decision.state().stages().get(stage)).status();
  }

  /** How many stage runs of each platform wait for an executor, and since when the first does. */
  public Map<String, Waiting> waiting() {
    Map<String, Waiting> waiting = new HashMap<>();
    jdbc.sql(
            "SELECT platform, COUNT(*) AS stages, MIN(since) AS since FROM waiting_stages GROUP BY platform")
        .query((rs, _) ->
            waiting.put(
                rs.getString("platform"),
                new Waiting(
                    rs.getLong("stages"), rs.getObject("since", OffsetDateTime.class).toInstant())))
        .list();
    return waiting;
  }

  /** How many records wait to be published. */
  public long unpublished() {
    return jdbc.sql("SELECT COUNT(*) FROM outbox").query(Long.class).single();
  }

  /** The queue of a platform. */
  public record Waiting(long stages, Instant since) {}

  /**
   * For each stage run of the execution that waits for an executor, how many of its platform come
   * before it: pipelines take turns, and within a pipeline who has waited longest is first. Which
   * executors and connectors have room only they know, so that it is the order of one queue for
   * all.
   */
  public Map<String, Integer> ahead(ExecutionId id) {
    Map<String, Integer> ahead = new HashMap<>();
    jdbc.sql(
            """
            SELECT stage, place - 1 AS ahead
              FROM (SELECT execution_id, stage,
                           ROW_NUMBER() OVER (PARTITION BY platform ORDER BY turn, since, execution_id, stage) AS place
                      FROM (SELECT waiting.execution_id, waiting.stage, waiting.platform, waiting.since,
                                   ROW_NUMBER() OVER (PARTITION BY waiting.platform, e.org, e.project, e.pipeline
                                                      ORDER BY waiting.since, waiting.execution_id, waiting.stage) AS turn
                              FROM waiting_stages waiting
                              JOIN executions e ON e.id = waiting.execution_id
                             WHERE waiting.platform IN (SELECT platform FROM waiting_stages WHERE execution_id = ?)) turns) places
             WHERE execution_id = ?
            """)
        .param(id.value())
        .param(id.value())
        .query((rs, _) -> ahead.put(rs.getString("stage"), rs.getInt("ahead")))
        .list();
    return ahead;
  }

  private static Platform platform(Request request, String stage) {
    return request.plan().stages().stream()
        .filter(plan -> plan.id().equals(stage))
        .map(StagePlan::platform)
        .findFirst()
        .orElseThrow();
  }

  private static Stored stored(ResultSet rs, int row) throws SQLException {
    return new Stored(
        ContractMapper.json().readValue(rs.getString("request"), Request.class),
        ContractMapper.json().readValue(rs.getString("state"), ExecutionState.class));
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
    return time == null ? null : time.toInstant();
  }
}
