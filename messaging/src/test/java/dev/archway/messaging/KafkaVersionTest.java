package dev.archway.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.testbed.TestKafka;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.kafka.common.utils.internals.AppInfoParser;
import org.junit.jupiter.api.Test;

/** What is tested is what runs: one version of Kafka, wherever one is named. */
class KafkaVersionTest {
  private static final String OFFICIAL = "apache/kafka:" + AppInfoParser.getVersion();

  @Test
  void containersOfTestsHaveTheVersionOfTheClients() {
    assertThat(TestKafka.OFFICIAL).isEqualTo(OFFICIAL);
  }

  @Test
  void composeFileHasTheVersionOfTheClients() throws IOException {
    assertThat(Path.of("../docker-compose.yml"))
        .content()
        .contains("${KAFKA_IMAGE:-docker.io/%s}".formatted(OFFICIAL));
  }
}
