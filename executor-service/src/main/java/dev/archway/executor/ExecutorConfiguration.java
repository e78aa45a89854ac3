package dev.archway.executor;

import dev.archway.connector.SealedSecrets;
import dev.archway.connector.SecretKeys;
import dev.archway.contract.wire.Topics;
import dev.archway.executor.runtime.ConnectorRuntime;
import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StageRuntime;
import dev.archway.executor.runtime.kubernetes.KubernetesRuntime;
import dev.archway.executor.runtime.podman.PodmanRuntime;
import dev.archway.executor.secret.SecretSource;
import dev.archway.executor.stage.BusReports;
import dev.archway.executor.stage.StageReports;
import dev.archway.executor.stage.StageWorker;
import dev.archway.messaging.HeldRecords;
import dev.archway.messaging.MessageBus;
import dev.archway.messaging.MessagingConfiguration;
import dev.archway.messaging.TopicHistory;
import dev.archway.messaging.TopicTable;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.kafka.core.KafkaAdmin;

/** The executor's beans. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
@EnableConfigurationProperties(ExecutorProperties.class)
@Import(MessagingConfiguration.class)
public class ExecutorConfiguration {
  /** Early, since it declares beans. */
  @Bean
  static StageCommandConsumers stageCommandConsumers(ConfigurableEnvironment environment) {
    return new StageCommandConsumers(environment);
  }

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean
  TopicTable storedSecrets(KafkaAdmin kafka) {
    return new TopicTable(kafka.getConfigurationProperties(), Topics.SECRETS);
  }

  @Bean
  SecretSource secretSource(
      @Value("${archway.secrets.directory}") Path directory,
      @Value("${archway.secrets.keys-file:}") String keys,
      TopicTable storedSecrets) {
    return new dev.archway.connector.SecretSource(
            directory,
            System.getenv(),
            SealedSecrets.told(storedSecrets::last),
            new SecretKeys(Path.of(keys), System.getenv()))
        ::resolve;
  }

  @Bean
  StageRuntime stageRuntime(ExecutorProperties properties, SecretSource secrets, Clock clock)
      throws RuntimeUnavailableException {
    ExecutorProperties.Podman podman = properties.podman();
    return new ConnectorRuntime(
        Set.copyOf(properties.served()),
        podman == null
            ? null
            : new PodmanRuntime(
                podman.settings(properties.transferImage()), properties.served(), secrets, clock),
        new KubernetesRuntime(
            properties.kubernetes().settings(properties.transferImage()),
            properties.served(),
            secrets,
            clock));
  }

  @Bean
  StageReports stageReports(MessageBus bus, Clock clock) {
    return new BusReports(bus, clock);
  }

  @Bean
  StageWorker stageWorker(
      ExecutorProperties properties,
      StageRuntime runtime,
      StageReports reports,
      SecretSource secrets,
      Clock clock) {
    return new StageWorker(
        properties.directory().toAbsolutePath(),
        runtime,
        reports,
        new StageWorker.Capacity(properties.capacity(), properties.kubernetes().capacity()),
        secrets,
        clock);
  }

  @Bean
  HeldRecords heldRecords(StageWorker worker, KafkaAdmin kafka) {
    return new HeldRecords(
        new StageCommandWork(worker, new TopicHistory(kafka.getConfigurationProperties())));
  }

  /** Adopts unfinished stages once everything is wired, before the first command is taken. */
  @Bean
  SmartLifecycle adoption(StageWorker worker) {
    return new SmartLifecycle() {
      private volatile boolean running;

      @Override
      public void start() {
        worker.adopt();
        running = true;
      }

      @Override
      public void stop() {
        running = false;
      }

      @Override
      public boolean isRunning() {
        return running;
      }

      @Override
      public int getPhase() {
        return 0;
      }
    };
  }
}
