package dev.archway.messaging;

import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Publishes the outbox in order, one batch after another. A row lock on {@code outbox_relay} lets
 * only one instance of a service publish at a time, so that no record overtakes an earlier one of
 * its key. A record leaves the table once the broker has it; a crash in between publishes it twice,
 * which consumers expect.
 */
final class OutboxRelay {
  private static final int BATCH = 200;

  private final JdbcClient jdbc;
  private final TransactionTemplate transactions;
  private final StreamMessageBus bus;

  OutboxRelay(JdbcClient jdbc, TransactionTemplate transactions, StreamMessageBus bus) {
    this.jdbc = jdbc;
    this.transactions = transactions;
    this.bus = bus;
  }

  /** Publishes all there is. */
  void publish() {
    while (publishBatch() == BATCH) {
      // A full batch means there may be more.
    }
  }

  private int publishBatch() {
    if (jdbc.sql("SELECT COUNT(*) FROM (SELECT 1 FROM outbox FETCH FIRST 1 ROWS ONLY) pending")
            .query(Integer.class)
            .single()
        == 0) {
      return 0;
    }
    Integer sent =
        transactions.execute(status -> {
          jdbc.sql("SELECT id FROM outbox_relay FOR UPDATE").query(Integer.class).single();
          List<Row> rows =
              jdbc.sql(
                      "SELECT id, topic, message_id, source, message_key, wire_name, occurred_at, body, traceparent FROM outbox ORDER BY id FETCH FIRST "
                          + BATCH
                          + " ROWS ONLY")
                  .query((rs, n) ->
                      new Row(
                          rs.getLong("id"),
                          rs.getString("topic"),
                          rs.getString("message_id"),
                          rs.getString("source"),
                          rs.getString("message_key"),
                          rs.getString("wire_name"),
                          rs.getObject("occurred_at", OffsetDateTime.class),
                          rs.getString("body"),
                          rs.getString("traceparent")))
                  .list();
          send(rows);
          if (!rows.isEmpty()) {
            jdbc.sql("DELETE FROM outbox WHERE id IN (:ids)")
                .param("ids", rows.stream().map(Row::id).toList())
                .update();
          }
          return rows.size();
        });
    return sent == null ? 0 : sent;
  }

  /**
   * In order for each key; different keys at once, so that the broker's acknowledgement is waited
   * for about once a key, not once a record.
   */
  private void send(List<Row> rows) {
    Map<String, List<Row>> byKey =
        rows.stream()
            .collect(Collectors.groupingBy(Row::key, LinkedHashMap::new, Collectors.toList()));
    if (byKey.size() == 1) {
      rows.forEach(this::send);
      return;
    }
    List<Future<?>> sent = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      byKey.values().forEach(own -> sent.add(threads.submit(() -> own.forEach(this::send))));
    }
    for (Future<?> one : sent) {
      if (one.state() != Future.State.SUCCESS) {
        throw one.state() == Future.State.FAILED
                && one.exceptionNow() instanceof RuntimeException failure
            ? failure
            : new IllegalStateException("stopped while publishing the outbox");
      }
    }
  }

  private void send(Row row) {
    bus.send(
        row.topic(),
        row.messageId(),
        Envelopes.write(
            row.messageId(),
            row.source(),
            row.key(),
            row.wireName(),
            row.occurredAt().toInstant(),
            row.body().getBytes(StandardCharsets.UTF_8),
            row.traceparent()));
  }

  private record Row(
      long id,
      String topic,
      String messageId,
      String source,
      String key,
      String wireName,
      OffsetDateTime occurredAt,
      String body,
      @Nullable String traceparent) {}
}
