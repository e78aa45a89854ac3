package dev.archway.executor;

import dev.archway.connector.SealedSecrets;
import dev.archway.connector.SecretKeys;
import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.wire.Envelope;
import dev.archway.contract.wire.Topics;
import dev.archway.executor.runtime.ConnectorRuntime;
import dev.archway.executor.runtime.RuntimeUnavailableException;
import dev.archway.executor.runtime.StageRuntime;
import dev.archway.executor.runtime.kubernetes.KubernetesRuntime;
import dev.archway.executor.runtime.podman.PodmanRuntime;
import dev.archway.executor.secret.SecretSource;
import dev.archway.executor.stage.BusReports;
import dev.archway.executor.stage.ObservedReports;
import dev.archway.executor.stage.StageReports;
import dev.archway.executor.stage.StageWorker;
import dev.archway.messaging.HeldRecords;
import dev.archway.messaging.MessageBus;
import dev.archway.messaging.MessagingConfiguration;
import dev.archway.messaging.TopicHistory;
import dev.archway.messaging.TopicTable;
import dev.archway.observability.Traces;
import io.micrometer.core.instrument.MeterRegistry;
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
  StageRuntime stageRuntime(
      ExecutorProperties properties, SecretSource secrets, KafkaAdmin kafka, Clock clock)
      throws RuntimeUnavailableException {
    TopicHistory history = new TopicHistory(kafka.getConfigurationProperties());
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
            (key, since) -> StageCommandWork.isOver(history, key, since),
            clock));
  }

  @Bean
  ObservedReports stageReports(
      MessageBus bus,
      Clock clock,
      Traces traces,
      MeterRegistry meters,
      ExecutorProperties properties) {
    return new ObservedReports(new BusReports(bus, clock), traces, meters, properties.served());
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
  HeldRecords heldRecords(
      StageWorker worker,
      KafkaAdmin kafka,
      ObservedReports reports,
      ExecutorProperties properties) {
    Path root = properties.directory().toAbsolutePath();
    return new HeldRecords(
        new StageCommandWork(
            worker,
            new TopicHistory(kafka.getConfigurationProperties()),
            new StageCommandWork.Taken() {
              @Override
              public void taken(RunStage run, Envelope envelope) {
                reports.taken(root, run, envelope.time(), envelope.traceparent());
              }

              @Override
              public void letGo(StageKey key) {
                reports.letGo(key);
              }
            }));
  }

  /** Adopts unfinished stages once everything is wired, before the first command is taken. */
  @Bean
  SmartLifecycle adoption(
      StageWorker worker, ObservedReports reports, ExecutorProperties properties) {
    return new SmartLifecycle() {
      private volatile boolean running;

      @Override
      public void start() {
        reports.adopt(properties.directory().toAbsolutePath());
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
