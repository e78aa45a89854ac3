package dev.archway.planner.trigger;

import dev.archway.contract.api.Delivery;
import dev.archway.contract.api.StoredDocument;
import dev.archway.contract.event.GitEvent;
import dev.archway.contract.event.GitEvent.TriggerKey;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.wire.ContractMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Triggers and the calls they had. Thread-safe. */
final class TriggerStore {
  private static final int MOST = 200;

  private final JdbcClient jdbc;
  private final TransactionTemplate transactions;

  TriggerStore(JdbcClient jdbc, TransactionTemplate transactions) {
    this.jdbc = jdbc;
    this.transactions = transactions;
  }

  /** A schedule whose time has come. */
  record Due(TriggerKey key, Instant planned) {}

  /**
   * Keeps a trigger in place of what was there.
   *
   * @param next when its schedule starts it next; null for others
   */
  void put(TriggerKey key, String name, String yaml, @Nullable Instant next, Instant now) {
    if (update(key, name, yaml, next, now) == 0) {
      try {
        jdbc.sql(
                "INSERT INTO triggers (org, project, id, name, yaml, next_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .param(key.org())
            .param(key.project())
            .param(key.id())
            .param(name)
            .param(yaml)
            .param(next == null ? null : utc(next))
            .param(utc(now))
            .update();
      } catch (DuplicateKeyException e) {
        // Somebody else was quicker; the last one wins.
        update(key, name, yaml, next, now);
      }
    }
  }

  private int update(
      TriggerKey key, String name, String yaml, @Nullable Instant next, Instant now) {
    return jdbc.sql(
            "UPDATE triggers SET name = ?, yaml = ?, next_at = ?, updated_at = ? WHERE org = ? AND project = ? AND id = ?")
        .param(name)
        .param(yaml)
        .param(next == null ? null : utc(next))
        .param(utc(now))
        .param(key.org())
        .param(key.project())
        .param(key.id())
        .update();
  }

  Optional<StoredDocument> find(TriggerKey key) {
    return jdbc.sql("SELECT * FROM triggers WHERE org = ? AND project = ? AND id = ?")
        .params(key.org(), key.project(), key.id())
        .query(TriggerStore::document)
        .optional();
  }

  List<StoredDocument> list(String org, String project) {
    return jdbc.sql(
            "SELECT org, project, id, name, NULL AS yaml, updated_at FROM triggers WHERE org = ? AND project = ? ORDER BY id")
        .params(org, project)
        .query(TriggerStore::document)
        .list();
  }

  /** Forgets a trigger and its calls. True if it was there. */
  boolean delete(TriggerKey key) {
    return Boolean.TRUE.equals(
        transactions.execute(_ -> {
          jdbc.sql("DELETE FROM deliveries WHERE org = ? AND project = ? AND trigger_id = ?")
              .params(key.org(), key.project(), key.id())
              .update();
          return jdbc.sql("DELETE FROM triggers WHERE org = ? AND project = ? AND id = ?")
                  .params(key.org(), key.project(), key.id())
                  .update()
              > 0;
        }));
  }

  List<Due> due(Instant now) {
    return jdbc.sql(
            "SELECT org, project, id, next_at FROM triggers WHERE next_at <= ? ORDER BY next_at FETCH FIRST 100 ROWS ONLY")
        .param(utc(now))
        .query((rs, _) ->
            new Due(
                new TriggerKey(rs.getString("org"), rs.getString("project"), rs.getString("id")),
                rs.getObject("next_at", OffsetDateTime.class).toInstant()))
        .list();
  }

  /** Plans a schedule's next time, unless somebody else has already. */
  void plan(Due due, @Nullable Instant next) {
    jdbc.sql(
            "UPDATE triggers SET next_at = ? WHERE org = ? AND project = ? AND id = ? AND next_at = ?")
        .param(next == null ? null : utc(next))
        .param(due.key().org())
        .param(due.key().project())
        .param(due.key().id())
        .param(utc(due.planned()))
        .update();
  }

  /** True when a call of this id has been dealt with. */
  boolean known(TriggerKey key, String delivery) {
    return jdbc.sql(
                "SELECT COUNT(*) FROM deliveries WHERE org = ? AND project = ? AND trigger_id = ? AND id = ?")
            .params(key.org(), key.project(), key.id(), delivery)
            .query(Integer.class)
            .single()
        > 0;
  }

  /** The first call with the same signed content; empty when there was none. */
  Optional<String> sameContent(TriggerKey key, String fingerprint) {
    return jdbc.sql(
            "SELECT id FROM deliveries WHERE org = ? AND project = ? AND trigger_id = ? AND fingerprint = ? ORDER BY received_at FETCH FIRST 1 ROWS ONLY")
        .params(key.org(), key.project(), key.id(), fingerprint)
        .query(String.class)
        .optional();
  }

  /** Keeps what came of a call; the first word on a call stays. */
  void record(TriggerKey key, Delivery delivery) {
    GitEvent event = delivery.event();
    try {
      jdbc.sql(
              "INSERT INTO deliveries (org, project, trigger_id, id, received_at, fingerprint, outcome, reason, execution_id, event) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
          .param(key.org())
          .param(key.project())
          .param(key.id())
          .param(delivery.id())
          .param(utc(delivery.receivedAt()))
          .param(event == null ? null : event.fingerprint())
          .param(delivery.outcome().word())
          .param(delivery.reason())
          .param(delivery.execution() == null ? null : delivery.execution().value())
          .param(event == null ? null : ContractMapper.json().writeValueAsString(event))
          .update();
    } catch (DuplicateKeyException e) {
      // Another planner has dealt with the same call.
    }
  }

  /** Calls, newest first, without their contents. */
  List<Delivery> deliveries(TriggerKey key, @Nullable Instant before, int limit) {
    return jdbc.sql(
            "SELECT id, received_at, outcome, reason, execution_id, NULL AS event FROM deliveries WHERE org = ? AND project = ? AND trigger_id = ? AND received_at < ? ORDER BY received_at DESC, id FETCH FIRST "
                + Math.clamp(limit, 1, MOST)
                + " ROWS ONLY")
        .param(key.org())
        .param(key.project())
        .param(key.id())
        .param(utc(before == null ? Instant.parse("9999-01-01T00:00:00Z") : before))
        .query(TriggerStore::delivery)
        .list();
  }

  Optional<Delivery> delivery(TriggerKey key, String id) {
    return jdbc.sql(
            "SELECT * FROM deliveries WHERE org = ? AND project = ? AND trigger_id = ? AND id = ?")
        .params(key.org(), key.project(), key.id(), id)
        .query(TriggerStore::delivery)
        .optional();
  }

  /** Forgets calls that are older than {@code before}. */
  void forget(Instant before) {
    jdbc.sql("DELETE FROM deliveries WHERE received_at < ?").param(utc(before)).update();
  }

  private static Delivery delivery(ResultSet rs, int row) throws SQLException {
    String execution = rs.getString("execution_id");
    String event = rs.getString("event");
    return new Delivery(
        rs.getString("id"),
        rs.getObject("received_at", OffsetDateTime.class).toInstant(),
        Delivery.Outcome.of(rs.getString("outcome")),
        rs.getString("reason"),
        execution == null ? null : ExecutionId.of(execution),
        event == null ? null : ContractMapper.json().readValue(event, GitEvent.class));
  }

  private static StoredDocument document(ResultSet rs, int row) throws SQLException {
    return new StoredDocument(
        rs.getString("org"),
        rs.getString("project"),
        rs.getString("id"),
        rs.getString("name"),
        rs.getString("yaml"),
        rs.getObject("updated_at", OffsetDateTime.class).toInstant(),
        List.of());
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
