package dev.archway.benchmarks;

import dev.archway.contract.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Knows when the end of each execution was told on the bus. */
final class FinishWatch implements AutoCloseable {
  private final Map<String, Long> nanos = new ConcurrentHashMap<>();
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread thread;

  FinishWatch(String bootstrapServers) {
    consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", bootstrapServers,
                "group.id", "finish-watch",
                "auto.offset.reset", "earliest",
                "metadata.max.age.ms", "1000"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    consumer.subscribe(List.of(Topics.EXECUTION_EVENTS));
    thread = Thread.ofPlatform().name("finish-watch").start(this::run);
  }

  private void run() {
    try {
      while (true) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          String type =
              new String(record.headers().lastHeader("ce_type").value(), StandardCharsets.UTF_8);
          if (type.endsWith("execution.finished.v1")) {
            nanos.putIfAbsent(new String(record.key(), StandardCharsets.UTF_8), System.nanoTime());
          }
        }
      }
    } catch (WakeupException _) {
      consumer.close();
    }
  }

  /** {@link System#nanoTime} of the end by execution; those that have not ended are missing. */
  Map<String, Long> ends() {
    return nanos;
  }

  @Override
  public void close() {
    consumer.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
