package dev.archway.testbed;

import dev.archway.broker.EmbeddedBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * Kafka for a test: in a container where there is a Docker-compatible socket (podman's is enough),
 * else the embedded broker. {@code ARCHWAY_TEST_KAFKA_IMAGE} names the image where {@code
 * apache/kafka} cannot be pulled; then it is a container or a failure.
 */
public interface TestKafka extends AutoCloseable {
  /** The version that the embedded broker has too. */
  String OFFICIAL = "apache/kafka:4.4.0";

  /** {@code host:port} for clients. */
  String bootstrapServers();

  /** What clients need beside that. */
  Map<String, String> clientProperties();

  @Override
  void close();

  /**
   * Starts one, and returns when it takes requests.
   *
   * @param directory for the embedded broker alone
   */
  static TestKafka start(Path directory) {
    String image = System.getenv("ARCHWAY_TEST_KAFKA_IMAGE");
    if (image != null) {
      return InContainer.start(image);
    }
    boolean socket =
        System.getenv("DOCKER_HOST") != null || Files.exists(Path.of("/var/run/docker.sock"));
    if (socket && DockerClientFactory.instance().isDockerAvailable()) {
      try {
        return InContainer.start(OFFICIAL);
      } catch (RuntimeException e) {
        InContainer.LOG.info(
            "no Kafka in a container ({}); the embedded one is taken", e.toString());
      }
    }
    return new Embedded(EmbeddedBroker.start(directory));
  }

  /** The embedded broker. */
  record Embedded(EmbeddedBroker broker) implements TestKafka {
    @Override
    public String bootstrapServers() {
      return broker.bootstrapServers();
    }

    @Override
    public Map<String, String> clientProperties() {
      return broker.clientProperties();
    }

    @Override
    public void close() {
      broker.close();
    }
  }

  /** Testcontainers' Kafka. */
  record InContainer(KafkaContainer container) implements TestKafka {
    private static final Logger LOG = LoggerFactory.getLogger(TestKafka.class);

    private static InContainer start(String image) {
      KafkaContainer container =
          new KafkaContainer(
              DockerImageName.parse(image).asCompatibleSubstituteFor("apache/kafka"));
      try {
        container.start();
      } catch (RuntimeException e) {
        container.close();
        throw e;
      }
      return new InContainer(container);
    }

    @Override
    public String bootstrapServers() {
      return container.getBootstrapServers();
    }

    @Override
    public Map<String, String> clientProperties() {
      return Map.of();
    }

    @Override
    public void close() {
      container.close();
    }
  }
}
