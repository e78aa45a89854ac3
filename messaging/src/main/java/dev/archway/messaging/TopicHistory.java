package dev.archway.messaging;

import dev.archway.contract.wire.Envelope;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.messaging.support.MessageBuilder;

/** Reads what a topic holds already, outside any consumer group. Thread-safe. */
public final class TopicHistory {
  private static final Duration WAIT = Duration.ofSeconds(5);

  private final Map<String, Object> client;

  /**
   * @param client how Kafka's clients reach the broker
   */
  public TopicHistory(Map<String, Object> client) {
    this.client = Map.copyOf(client);
  }

  /**
   * Hands over every record that was written since then and until this call; records that are of no
   * known type are left out.
   *
   * @throws org.apache.kafka.common.KafkaException when the broker is not to be had
   */
  public void read(String topic, Instant since, Consumer<Envelope> each) {
    Map<String, Object> settings = new HashMap<>(client);
    settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      List<TopicPartition> partitions = partitions(consumer, topic);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      var starts =
          consumer.offsetsForTimes(
              partitions.stream().collect(Collectors.toMap(p -> p, _ -> since.toEpochMilli())));
      starts.values().removeIf(java.util.Objects::isNull);
      consumer.assign(starts.keySet());
      starts.forEach((partition, start) -> consumer.seek(partition, start.offset()));
      while (starts.keySet().stream()
          .anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(WAIT)) {
          Envelope envelope = envelope(record);
          if (envelope != null) {
            each.accept(envelope);
          }
        }
      }
    }
  }

  /** Empty while nobody has written to it yet. */
  static List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer, String topic) {
    return Objects.requireNonNullElse(consumer.partitionsFor(topic), List.<PartitionInfo>of())
        .stream()
        .map(p -> new TopicPartition(topic, p.partition()))
        .toList();
  }

  /** The record as it was sent; null for one of no known type. */
  static @Nullable Envelope envelope(ConsumerRecord<byte[], byte[]> record) {
    var message =
        MessageBuilder.withPayload(record.value())
            .setHeader(KafkaHeaders.RECEIVED_KEY, record.key());
    for (Header header : record.headers()) {
      message.setHeader(header.key(), new String(header.value(), StandardCharsets.UTF_8));
    }
    try {
      return Envelopes.read(message.build());
    } catch (RuntimeException _) {
      // Its own consumers put it among the dead letters.
      return null;
    }
  }
}
