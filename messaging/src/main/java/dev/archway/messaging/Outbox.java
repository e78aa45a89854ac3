package dev.archway.messaging;

import dev.archway.contract.wire.ContractMapper;
import dev.archway.contract.wire.ContractTypes;
import dev.archway.contract.wire.Envelope;
import dev.archway.observability.TraceParent;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Records that leave together with a database change: written in the caller's transaction,
 * published right after its commit, and again after a crash. The service's schema owns the table
 * {@code outbox}.
 */
public final class Outbox {
  private final JdbcClient jdbc;
  private final Runnable afterCommit;

  /**
   * @param afterCommit called when records have been committed and wait to be published
   */
  public Outbox(JdbcClient jdbc, Runnable afterCommit) {
    this.jdbc = jdbc;
    this.afterCommit = afterCommit;
  }

  /**
   * Adds a record to the current transaction. Records of one transaction are published in the order
   * they were added.
   */
  public void add(String topic, Envelope message) {
    if (!TransactionSynchronizationManager.isSynchronizationActive()) {
      throw new IllegalStateException(
          "outbox: no transaction (expected: to be called within the change it belongs to)");
    }
    jdbc.sql(
            "INSERT INTO outbox (topic, message_id, source, message_key, wire_name, occurred_at, body, traceparent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        .param(topic)
        .param(message.id())
        .param(message.source())
        .param(message.key())
        .param(ContractTypes.nameOf(message.data()))
        .param(message.time().atOffset(ZoneOffset.UTC))
        .param(ContractMapper.json().writeValueAsString(message.data()))
        .param(message.traceparent() == null ? TraceParent.current() : message.traceparent())
        .update();
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void afterCommit() {
            afterCommit.run();
          }
        });
  }
}
