package dev.archway.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Plain Kafka clients for the tests. */
final class Clients {
  static final TopicPartition PARTITION = new TopicPartition("lines", 0);

  private Clients() {}

  static Properties properties(EmbeddedBroker broker) {
    return properties(broker.bootstrapServers(), broker.clientProperties());
  }

  static Properties properties(String bootstrapServers, Map<String, String> security) {
    Properties p = new Properties();
    p.setProperty("bootstrap.servers", bootstrapServers);
    p.setProperty("acks", "all");
    p.setProperty("linger.ms", "0");
    p.putAll(security);
    return p;
  }

  static void createTopic(EmbeddedBroker broker) throws Exception {
    try (Admin admin = Admin.create(properties(broker))) {
      admin
          .createTopics(List.of(new NewTopic(PARTITION.topic(), Optional.of(1), Optional.empty())))
          .all()
          .get();
    }
  }

  static KafkaProducer<String, String> producer(EmbeddedBroker broker) {
    return new KafkaProducer<>(properties(broker), new StringSerializer(), new StringSerializer());
  }

  static void produce(EmbeddedBroker broker, String... values) throws Exception {
    try (KafkaProducer<String, String> producer = producer(broker)) {
      for (String value : values) {
        producer.send(new ProducerRecord<>(PARTITION.topic(), "key", value)).get();
      }
    }
  }

  /** All records from the beginning to the end that the partition has now. */
  static List<String> consume(EmbeddedBroker broker) {
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            properties(broker), new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      long end = consumer.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
      while (consumer.position(PARTITION) < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
      }
    }
    return values;
  }
}
