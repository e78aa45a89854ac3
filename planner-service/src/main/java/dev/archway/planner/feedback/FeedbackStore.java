package dev.archway.planner.feedback;

import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.wire.ContractMapper;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Messages that wait to be told. Thread-safe. */
final class FeedbackStore {
  private static final int BATCH = 20;

  private final JdbcClient jdbc;

  FeedbackStore(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** A message whose time has come. */
  record Due(long id, Message message, int attempts, Instant createdAt, Instant nextAt) {}

  /** Adds a message to the current transaction. */
  void add(ExecutionId execution, String lane, Message message, Instant now) {
    jdbc.sql(
            "INSERT INTO feedback (execution_id, lane, message, attempts, created_at, next_at) VALUES (?, ?, ?, 0, ?, ?)")
        .param(execution.value())
        .param(lane)
        .param(ContractMapper.json().writeValueAsString(message))
        .param(utc(now))
        .param(utc(now))
        .update();
  }

  /** The first message of each lane, where its time has come. */
  List<Due> due(Instant now) {
    return jdbc.sql(
            """
            SELECT id, message, attempts, created_at, next_at
              FROM feedback one
             WHERE next_at <= ?
               AND NOT EXISTS (SELECT 1 FROM feedback before WHERE before.lane = one.lane AND before.id < one.id)
             ORDER BY next_at, id
             FETCH FIRST %d ROWS ONLY
            """
                .formatted(BATCH))
        .param(utc(now))
        .query((rs, _) ->
            new Due(
                rs.getLong("id"),
                ContractMapper.json().readValue(rs.getString("message"), Message.class),
                rs.getInt("attempts"),
                rs.getObject("created_at", OffsetDateTime.class).toInstant(),
                rs.getObject("next_at", OffsetDateTime.class).toInstant()))
        .list();
  }

  /** Takes a message until {@code until}, unless another planner was quicker. */
  boolean claim(Due due, Instant until) {
    return jdbc.sql("UPDATE feedback SET next_at = ? WHERE id = ? AND next_at = ?")
            .param(utc(until))
            .param(due.id())
            .param(utc(due.nextAt()))
            .update()
        == 1;
  }

  void done(Due due) {
    jdbc.sql("DELETE FROM feedback WHERE id = ?").param(due.id()).update();
  }

  void later(Due due, int attempts, Instant next) {
    jdbc.sql("UPDATE feedback SET attempts = ?, next_at = ? WHERE id = ?")
        .param(attempts)
        .param(utc(next))
        .param(due.id())
        .update();
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
