package dev.archway.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.archway.contract.command.StageCommand;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.wire.Envelope;
import dev.archway.testbed.TestKafka;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.stream.function.StreamBridge;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.messaging.Message;
import org.springframework.messaging.support.MessageBuilder;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The bus, redelivery, dead letters and the outbox against a real broker. */
class MessagingIT {
  private static final String TOPIC = "archway.test";
  private static final List<Envelope> RECEIVED = new CopyOnWriteArrayList<>();
  private static final Map<String, Integer> FAILURES_LEFT =
      new java.util.concurrent.ConcurrentHashMap<>();

  @TempDir static Path directory;
  private static TestKafka broker;
  private static ConfigurableApplicationContext context;

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import({MessagingConfiguration.class, OutboxConfiguration.class})
  static class TestService {
    @Bean
    Consumer<Message<byte[]>> commands() {
      return Envelopes.listener(envelope -> {
        int left = FAILURES_LEFT.merge(envelope.id(), -1, Integer::sum);
        if (left >= 0) {
          throw new TransientDataAccessResourceException("database away");
        }
        if (envelope.id().startsWith("poison")) {
          throw new IllegalArgumentException("cannot be handled");
        }
        RECEIVED.add(envelope);
      });
    }
  }

  @BeforeAll
  static void start() {
    broker = TestKafka.start(directory.resolve("kafka"));
    Map<String, Object> properties = new HashMap<>();
    properties.put("spring.config.import", "classpath:messaging.properties");
    properties.put("spring.cloud.stream.kafka.binder.brokers", broker.bootstrapServers());
    properties.put("spring.kafka.bootstrap-servers", broker.bootstrapServers());
    broker
        .clientProperties()
        .forEach((key, value) -> {
          properties.put("spring.cloud.stream.kafka.binder.configuration." + key, value);
          properties.put("spring.kafka.properties." + key, value);
        });
    properties.put("spring.cloud.function.definition", "commands");
    properties.put("spring.cloud.stream.bindings.commands-in-0.destination", TOPIC);
    properties.put("spring.cloud.stream.bindings.commands-in-0.group", "test");
    properties.put(
        "spring.cloud.stream.kafka.bindings.commands-in-0.consumer.dlq-name", TOPIC + ".dlq");
    properties.put("spring.datasource.url", "jdbc:h2:mem:messaging;DB_CLOSE_DELAY=-1");
    context =
        new SpringApplicationBuilder(TestService.class)
            .web(WebApplicationType.NONE)
            .initializers(MessagingIT::createOutboxTables)
            .properties(properties)
            .run();
  }

  private static void createOutboxTables(ConfigurableApplicationContext starting) {
    starting.addBeanFactoryPostProcessor(factory -> {
      try (var connection =
              java.sql.DriverManager.getConnection(
                  "jdbc:h2:mem:messaging;DB_CLOSE_DELAY=-1", "sa", "");
          var statement = connection.createStatement()) {
        statement.execute(
            "CREATE TABLE outbox (id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, topic VARCHAR(200), message_id VARCHAR(400), source VARCHAR(100), message_key VARCHAR(300), wire_name VARCHAR(100), occurred_at TIMESTAMP WITH TIME ZONE, body TEXT, traceparent VARCHAR(64))");
        statement.execute("CREATE TABLE outbox_relay (id INTEGER PRIMARY KEY)");
        statement.execute("INSERT INTO outbox_relay VALUES (1)");
      } catch (java.sql.SQLException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  @AfterAll
  static void stop() {
    context.close();
    broker.close();
  }

  @Test
  void recordsOfOneKeyArriveInOrderAsTheyWere() {
    List<Envelope> sent = IntStream.range(0, 50).mapToObj(n -> envelope("order-" + n)).toList();
    context.getBean(MessageBus.class).sendAll(TOPIC, sent);
    await().until(() -> received("order-").size() == 50);
    assertThat(received("order-")).isEqualTo(sent);
  }

  @Test
  void aTableHasWhatWasWrittenBeforeTheLookUp() {
    Map<String, Object> client = new HashMap<>(broker.clientProperties());
    client.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
    MessageBus bus = context.getBean(MessageBus.class);
    try (TopicTable table = new TopicTable(client, "archway.table")) {
      assertThat(table.last("a")).isEmpty(); // There is no such topic yet.
      for (int n = 0; n < 20; n++) {
        Envelope sent = stop("key-" + n % 2, "ann-" + n);
        bus.send("archway.table", sent);
        assertThat(table.last("key-" + n % 2)).contains(sent.data());
      }
      assertThat(table.last("key-2")).isEmpty();
    }
  }

  @Test
  void aTableStandsAsItWasReadWhileTheBrokerIsAway() throws Exception {
    Map<String, Object> client = new HashMap<>();
    Envelope sent = stop("a", "ann");
    TopicTable table;
    try (EmbeddedBroker other = EmbeddedBroker.start(directory.resolve("kafka-2"))) {
      client.putAll(other.clientProperties());
      client.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, other.bootstrapServers());
      try (Admin admin = Admin.create(client)) {
        var _ =
            admin.createTopics(List.of(new NewTopic("archway.table", 1, (short) 1))).all().get();
      }
      Message<byte[]> message = Envelopes.write(sent);
      try (var producer =
          new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(
                "archway.table", sent.key().getBytes(StandardCharsets.UTF_8), message.getPayload());
        message
            .getHeaders()
            .forEach((name, value) -> {
              if (value instanceof String text) {
                var _ = record.headers().add(name, text.getBytes(StandardCharsets.UTF_8));
              }
            });
        var _ = producer.send(record).get();
      }
      table = new TopicTable(client, "archway.table");
      assertThat(table.last("a")).contains(sent.data());
    }
    assertThat(table.last("a")).contains(sent.data());
    table.close();
  }

  @Test
  void troubleThatPassesHoldsARecordBackAndLosesNothing() {
    FAILURES_LEFT.put("held-1", 5);
    context.getBean(MessageBus.class).send(TOPIC, envelope("held-1"));
    await().atMost(Duration.ofSeconds(30)).until(() -> received("held-").size() == 1);
  }

  @Test
  void aRecordThatCannotBeHandledOrReadGoesToTheDeadLetters() {
    context.getBean(MessageBus.class).send(TOPIC, envelope("poison-1"));
    context
        .getBean(StreamBridge.class)
        .send(
            TOPIC,
            MessageBuilder.withPayload("{}".getBytes(StandardCharsets.UTF_8))
                .setHeader("ce_id", "unread")
                .build());
    Map<String, Object> config = new HashMap<>(broker.clientProperties());
    config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
    config.put(ConsumerConfig.GROUP_ID_CONFIG, "dead-letter-reader");
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    List<ConsumerRecord<byte[], byte[]>> dead = new CopyOnWriteArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(TOPIC + ".dlq"));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> {
            consumer.poll(Duration.ofMillis(200)).forEach(dead::add);
            return dead.size() == 2;
          });
    }
    assertThat(dead)
        .allSatisfy(
            record -> assertThat(record.headers().lastHeader("x-exception-message")).isNotNull());
  }

  @Test
  void theOutboxPublishesWhatWasCommittedAndNothingElse() {
    TransactionTemplate transactions =
        new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
    Outbox outbox = context.getBean(Outbox.class);
    assertThatThrownBy(() ->
            transactions.executeWithoutResult(_ -> {
              outbox.add(TOPIC, envelope("outbox-undone"));
              throw new IllegalStateException("roll back");
            }))
        .isInstanceOf(IllegalStateException.class);
    List<Envelope> sent = IntStream.range(0, 20).mapToObj(n -> envelope("outbox-" + n)).toList();
    sent.forEach(one -> transactions.executeWithoutResult(_ -> outbox.add(TOPIC, one)));
    await().until(() -> received("outbox-").size() == 20);
    assertThat(received("outbox-")).isEqualTo(sent);
    JdbcClient jdbc = context.getBean(JdbcClient.class);
    await().until(() -> jdbc.sql("SELECT COUNT(*) FROM outbox").query(Integer.class).single() == 0);
  }

  private static List<Envelope> received(String prefix) {
    return RECEIVED.stream().filter(envelope -> envelope.id().startsWith(prefix)).toList();
  }

  private static Envelope stop(String key, String by) {
    return Envelopes.of(
        "test",
        by,
        key,
        Instant.parse("2026-01-02T03:04:05Z"),
        new StageCommand.StopStage(new StageKey(ExecutionId.of("e00000001"), "a", 1), by));
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
