package dev.archway.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.archway.contract.command.StageCommand;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.wire.Envelope;
import dev.archway.testbed.TestKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.cloud.stream.function.StreamBridge;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.messaging.Message;

/** What one poll brings is handed over together; what cannot be handled is found and put aside. */
class BatchListenerIT {
  private static final String TOPIC = "archway.batches";
  private static final List<List<Envelope>> HANDLED = new CopyOnWriteArrayList<>();
  private static final Set<String> TROUBLED = ConcurrentHashMap.newKeySet();

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
  @Import(MessagingConfiguration.class)
  static class TestService {
    @Bean
    Consumer<Message<List<byte[]>>> batches(StreamBridge bridge) {
      return new BatchListener(bridge, BatchListenerIT::handle);
    }
  }

  private static void handle(List<Envelope> batch) {
    for (Envelope envelope : batch) {
      if (envelope.id().startsWith("poison")) {
        throw new IllegalArgumentException("cannot be handled");
      }
      if (envelope.id().startsWith("held") && TROUBLED.add(envelope.id() + batch.size())) {
        throw new TransientDataAccessResourceException("database away");
      }
    }
    HANDLED.add(List.copyOf(batch));
  }

  @Test
  void nothingIsLostDoubledOrHeldUp(@TempDir Path directory) {
    try (TestKafka broker = TestKafka.start(directory.resolve("kafka"));
        ConfigurableApplicationContext context = start(broker)) {
      MessageBus bus = context.getBean(MessageBus.class);
      List<Envelope> sent =
          IntStream.range(0, 60)
              .mapToObj(n -> envelope((n == 20 ? "poison-" : n == 40 ? "held-" : "good-") + n))
              .toList();
      bus.sendAll(TOPIC, sent);

      List<Envelope> good = sent.stream().filter(one -> !one.id().startsWith("poison")).toList();
      await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> HANDLED.stream().mapToInt(List::size).sum() >= good.size());
      assertThat(HANDLED.stream().flatMap(List::stream)).containsExactlyElementsOf(good);
      assertThat(dead(broker))
          .singleElement()
          .satisfies(record -> {
            assertThat(new String(record.key(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("e00000001");
            assertThat(record.headers().lastHeader("ce_id")).isNotNull();
            assertThat(record.headers().lastHeader("x-exception-message")).isNotNull();
          });
    }
  }

  private static ConfigurableApplicationContext start(TestKafka broker) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("spring.config.import", "classpath:messaging.properties");
    properties.put("spring.kafka.bootstrap-servers", broker.bootstrapServers());
    broker
        .clientProperties()
        .forEach((key, value) -> properties.put("spring.kafka.properties." + key, value));
    properties.put("spring.cloud.function.definition", "batches");
    properties.put("spring.cloud.stream.bindings.batches-in-0.destination", TOPIC);
    properties.put("spring.cloud.stream.bindings.batches-in-0.group", "test");
    properties.put("spring.cloud.stream.bindings.batches-in-0.consumer.batch-mode", "true");
    properties.put("spring.cloud.stream.kafka.bindings.batches-in-0.consumer.enable-dlq", "false");
    return new SpringApplicationBuilder(TestService.class)
        .web(WebApplicationType.NONE)
        .properties(properties)
        .run();
  }

  private static List<ConsumerRecord<byte[], byte[]>> dead(TestKafka broker) {
    Map<String, Object> settings = new HashMap<>(broker.clientProperties());
    settings.put("bootstrap.servers", broker.bootstrapServers());
    settings.put("group.id", "dead-letter-reader");
    settings.put("auto.offset.reset", "earliest");
    Set<ConsumerRecord<byte[], byte[]>> dead = new HashSet<>();
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(TOPIC + ".dlq"));
      await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> {
            consumer.poll(Duration.ofMillis(200)).forEach(dead::add);
            return !dead.isEmpty();
          });
    }
    return List.copyOf(dead);
  }

  private static Envelope envelope(String id) {
    return Envelopes.of(
        "test",
        id,
        "e00000001",
        Instant.parse("2026-01-02T03:04:05Z"),
        new StageCommand.StopStage(new StageKey(ExecutionId.of("e00000001"), "a", 1), "ann"));
  }
}
