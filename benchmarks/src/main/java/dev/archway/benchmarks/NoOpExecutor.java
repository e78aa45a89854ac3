package dev.archway.benchmarks;

import dev.archway.contract.command.StageCommand;
import dev.archway.contract.event.StageEvent;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Platform;
import dev.archway.contract.status.Status;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.contract.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Reports each stage as started and, its one step, as successful, as soon as it is commanded: what
 * the rest takes is the control plane's own.
 */
final class NoOpExecutor implements AutoCloseable {
  static final String STEP = "nothing";
  private static final int PARTITIONS = 6;

  private final KafkaConsumer<byte[], byte[]> commands;
  private final KafkaProducer<byte[], byte[]> events;
  private final Thread thread;

  NoOpExecutor(String bootstrapServers, Platform platform) {
    String topic = Topics.stageCommands(platform);
    Map<String, Object> client = Map.of("bootstrap.servers", bootstrapServers);
    try (Admin admin = Admin.create(client)) {
      for (String needed : List.of(topic, Topics.STAGE_EVENTS)) {
        try {
          admin.createTopics(List.of(new NewTopic(needed, PARTITIONS, (short) -1))).all().get();
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof TopicExistsException)) {
            throw new IllegalStateException(e);
          }
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    Map<String, Object> settings = new HashMap<>(client);
    settings.put("group.id", Topics.executorGroup(platform));
    settings.put("auto.offset.reset", "earliest");
    settings.put("acks", "all");
    settings.put("linger.ms", "0");
    commands =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    events = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    commands.subscribe(List.of(topic));
    thread = Thread.ofPlatform().name("no-op-executor").start(this::run);
  }

  private void run() {
    try {
      while (true) {
        for (ConsumerRecord<byte[], byte[]> record : commands.poll(Duration.ofSeconds(1))) {
          Header type = record.headers().lastHeader("ce_type");
          if (new String(type.value(), StandardCharsets.UTF_8).endsWith("stage.run.v1")) {
            report(
                ContractMapper.json().readValue(record.value(), StageCommand.RunStage.class).key());
          }
        }
      }
    } catch (WakeupException _) {
      commands.close();
      events.close();
    }
  }

  private void report(StageKey key) {
    Instant now = Instant.now();
    send(key, "started", now, new StageEvent.StageStarted(key, now, "no-op", false, List.of()));
    send(key, "step-started", now, new StageEvent.StepStarted(key, now, STEP));
    send(
        key,
        "step-finished",
        now,
        new StageEvent.StepFinished(key, now, STEP, Status.SUCCESS, 0, null, List.of(), 0));
    send(key, "finished", now, new StageEvent.StageFinished(key, now, Status.SUCCESS, null));
  }

  private void send(StageKey key, String what, Instant now, StageEvent event) {
    ProducerRecord<byte[], byte[]> record =
        BenchmarkRecord.of(Topics.STAGE_EVENTS, key, what, "no-op-executor", now, event);
    var _ = events.send(record);
  }

  @Override
  public void close() {
    commands.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
