package dev.archway.broker;

import java.nio.file.Path;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A process for the tests to kill: starts a broker in the directory of the first argument and
 * produces numbers for ever, printing each one when it is acknowledged.
 */
final class KilledBroker {
  private KilledBroker() {}

  public static void main(String[] args) throws Exception {
    EmbeddedBroker broker = EmbeddedBroker.start(Path.of(args[0]));
    Clients.createTopic(broker);
    try (KafkaProducer<String, String> producer = Clients.producer(broker)) {
      for (int i = 0; ; i++) {
        producer
            .send(new ProducerRecord<>(Clients.PARTITION.topic(), "key", Integer.toString(i)))
            .get();
        System.out.println("acked " + i);
      }
    }
  }
}
