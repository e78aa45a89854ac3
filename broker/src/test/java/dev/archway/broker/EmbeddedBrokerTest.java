package dev.archway.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
  @TempDir Path temporary;

  @Test
  void keepsTopicsAndRecordsOverARestartOnOtherPorts() throws Exception {
    Path directory = temporary.resolve("kafka");
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory)) {
      Clients.createTopic(broker);
      Clients.produce(broker, "a", "b");
      assertThat(Clients.consume(broker)).containsExactly("a", "b");
    }
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory)) {
      Clients.produce(broker, "c");
      assertThat(Clients.consume(broker)).containsExactly("a", "b", "c");
    }
  }

  @Test
  void refusesASecondStartOnTheSameDirectoryAndLeavesTheFirstAlone() throws Exception {
    Path directory = temporary.resolve("kafka");
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory)) {
      Clients.createTopic(broker);
      assertThatThrownBy(() -> EmbeddedBroker.start(directory))
          .isInstanceOf(DirectoryInUseException.class)
          .hasMessageContaining(directory.toRealPath().toString())
          .hasMessageContaining("process " + ProcessHandle.current().pid());

      Process second = process(directory).redirectErrorStream(true).start();
      String output = new String(second.getInputStream().readAllBytes(), UTF_8);
      assertThat(second.waitFor()).isNotZero();
      assertThat(output)
          .contains("cannot use " + directory.toRealPath())
          .contains("process " + ProcessHandle.current().pid() + " holds it");

      Clients.produce(broker, "a");
      assertThat(Clients.consume(broker)).containsExactly("a");
    }
  }

  @Test
  void losesNothingItAcknowledgedWhenItsProcessIsKilled() throws Exception {
    Path directory = temporary.resolve("kafka");
    int acked = -1;
    Process killed = process(directory).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (BufferedReader output = killed.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith("acked ")) {
          acked = Integer.parseInt(line.substring("acked ".length()));
          if (acked == 500) {
            killed.toHandle().destroyForcibly(); // The process itself would close its output too.
          }
        }
      }
    } finally {
      killed.destroyForcibly().waitFor();
    }
    assertThat(acked).isGreaterThanOrEqualTo(500);

    try (EmbeddedBroker broker = EmbeddedBroker.start(directory)) {
      assertThat(Clients.consume(broker))
          .startsWith(
              IntStream.rangeClosed(0, acked).mapToObj(Integer::toString).toArray(String[]::new));
      Clients.produce(broker, "after");
      assertThat(Clients.consume(broker)).endsWith("after");
    }
  }

  @Test
  void letsInOnlyThoseWhoKnowThePassword() throws Exception {
    Path directory = temporary.resolve("kafka");
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory)) {
      Map<String, String> wrong = new HashMap<>(broker.clientProperties());
      wrong.put("sasl.jaas.config", BrokerSettings.login("wrong"));
      assertThatThrownBy(() -> listTopics(Clients.properties(broker.bootstrapServers(), wrong)))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(SaslAuthenticationException.class);

      Properties without = Clients.properties(broker.bootstrapServers(), Map.of());
      without.setProperty("default.api.timeout.ms", "2000");
      without.setProperty("request.timeout.ms", "1000");
      assertThatThrownBy(() -> listTopics(without)).isInstanceOf(ExecutionException.class);

      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
          .isEqualTo("rwx------");
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(directory.resolve("password"))))
          .isEqualTo("rw-------");
    }
  }

  private static void listTopics(Properties client) throws Exception {
    try (Admin admin = Admin.create(client)) {
      admin.listTopics().names().get();
    }
  }

  private static ProcessBuilder process(Path directory) {
    return new ProcessBuilder(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        KilledBroker.class.getName(),
        directory.toString());
  }
}
