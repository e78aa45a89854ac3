package dev.archway.messaging;

import dev.archway.contract.wire.Envelope;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last record of each key of a small compacted topic, outside any consumer group. Every look-up
 * first reads what has been written until then, so that whoever is told of a change on another
 * topic finds it here; between look-ups nothing runs. While the broker is away the table stands as
 * it was last read. Thread-safe; look-ups take turns.
 */
public final class TopicTable implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TopicTable.class);
  private static final Duration WAIT = Duration.ofSeconds(1);
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final String PATIENCE_MILLIS = "10000";

  private final Map<String, Object> settings;
  private final String topic;
  private final Map<String, Object> rows = new HashMap<>();
  private final Set<TopicPartition> assigned = new HashSet<>();
  private @Nullable KafkaConsumer<byte[], byte[]> consumer;
  private boolean closed;
  private boolean read;

  /** While the broker is away not every look-up waits for it. */
  private long failedAt = System.nanoTime() - PAUSE.toNanos() - 1;

  /**
   * Connects nothing yet.
   *
   * @param client how Kafka's clients reach the broker
   */
  public TopicTable(Map<String, Object> client, String topic) {
    Map<String, Object> all = new HashMap<>(client);
    all.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    all.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    all.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    this.settings = Map.copyOf(all);
    this.topic = topic;
  }

  /**
   * The data of the key's last record; empty when there is none. The first look-up waits until the
   * topic could be read: an answer from nothing would say that there is none.
   */
  public synchronized Optional<Object> last(String key) {
    try {
      lookThrough();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptException(e);
    }
    return Optional.ofNullable(rows.get(key));
  }

  private synchronized void lookThrough() throws InterruptedException {
    while (!read || System.nanoTime() - failedAt > PAUSE.toNanos()) {
      if (closed) {
        throw new IllegalStateException("cannot look up in " + topic + ": the table is closed");
      }
      try {
        catchUp();
        read = true;
        return;
      } catch (InterruptException e) {
        reset();
        throw e;
      } catch (KafkaException e) {
        log.warn("cannot read {}: {}; what was read of it before counts", topic, e.toString());
        reset();
        failedAt = System.nanoTime();
        if (!read) {
          wait(PAUSE.toMillis());
        }
      }
    }
  }

  private void catchUp() {
    KafkaConsumer<byte[], byte[]> open = consumer;
    if (open == null) {
      open = new KafkaConsumer<>(settings);
      consumer = open;
    }
    assign(open);
    Map<TopicPartition, Long> ends = open.endOffsets(assigned);
    long giveUp = System.nanoTime() + Duration.ofMillis(Long.parseLong(PATIENCE_MILLIS)).toNanos();
    while (isBehind(open, ends)) {
      if (System.nanoTime() > giveUp) {
        throw new KafkaException("no end of it within " + PATIENCE_MILLIS + " ms");
      }
      for (ConsumerRecord<byte[], byte[]> record : open.poll(WAIT)) {
        Envelope envelope = TopicHistory.envelope(record);
        if (envelope != null) {
          rows.put(envelope.key(), envelope.data());
        }
      }
    }
  }

  private boolean isBehind(KafkaConsumer<byte[], byte[]> open, Map<TopicPartition, Long> ends) {
    return assigned.stream().anyMatch(p -> open.position(p) < ends.getOrDefault(p, 0L));
  }

  /** Partitions may have been added since, and the topic itself may not have been there. */
  private void assign(KafkaConsumer<byte[], byte[]> open) {
    List<TopicPartition> added =
        TopicHistory.partitions(open, topic).stream().filter(p -> !assigned.contains(p)).toList();
    if (!added.isEmpty()) {
      assigned.addAll(added);
      open.assign(assigned);
      open.seekToBeginning(added);
    }
  }

  private void reset() {
    KafkaConsumer<byte[], byte[]> open = consumer;
    consumer = null;
    assigned.clear();
    if (open != null) {
      try {
        open.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ZERO));
      } catch (KafkaException e) {
        log.debug("cannot close the reader of {}: {}", topic, e.toString());
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    reset();
  }
}
