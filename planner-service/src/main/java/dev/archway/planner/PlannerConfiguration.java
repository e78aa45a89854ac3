package dev.archway.planner;

import dev.archway.connector.ConnectorDirectory;
import dev.archway.connector.SecretKeys;
import dev.archway.connector.SecretSource;
import dev.archway.messaging.BackgroundLoop;
import dev.archway.messaging.BatchListener;
import dev.archway.messaging.MessagingConfiguration;
import dev.archway.messaging.Outbox;
import dev.archway.messaging.OutboxConfiguration;
import dev.archway.planner.api.EventStreamController;
import dev.archway.planner.api.ExecutionController;
import dev.archway.planner.api.SchemaController;
import dev.archway.planner.feedback.FeedbackConfiguration;
import dev.archway.planner.machine.ExecutionMachine;
import dev.archway.planner.settings.SecretStore;
import dev.archway.planner.settings.SettingsConfiguration;
import dev.archway.planner.store.EventHub;
import dev.archway.planner.store.ExecutionStore;
import dev.archway.planner.store.ExecutionWatcher;
import dev.archway.planner.submission.Executions;
import dev.archway.planner.submission.SubmissionConfiguration;
import dev.archway.planner.submission.Submissions;
import dev.archway.planner.trigger.TriggerConfiguration;
import dev.archway.web.WebConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.stream.function.StreamBridge;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.messaging.Message;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The planner's beans. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableScheduling
@EnableConfigurationProperties(PlannerProperties.class)
@Import({
  MessagingConfiguration.class,
  OutboxConfiguration.class,
  WebConfiguration.class,
  SettingsConfiguration.class,
  SubmissionConfiguration.class,
  TriggerConfiguration.class,
  FeedbackConfiguration.class
})
public class PlannerConfiguration {
  private static final Duration DEADLINES = Duration.ofSeconds(1);

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean
  ConnectorDirectory connectorDirectory(PlannerProperties properties) {
    return new ConnectorDirectory(properties.connectorsDirectory());
  }

  @Bean
  SecretSource secretSource(PlannerProperties properties, SecretStore stored, SecretKeys keys) {
    return new SecretSource(properties.secretsDirectory(), System.getenv(), stored, keys);
  }

  @Bean
  ExecutionMachine executionMachine(PlannerProperties properties) {
    return new ExecutionMachine(properties.stageAttempts());
  }

  @Bean
  PlannerMetrics plannerMetrics(MeterRegistry meters, Clock clock) {
    return new PlannerMetrics(meters, clock);
  }

  @Bean
  PlannerMetrics.Watch plannerMetricsWatch(PlannerMetrics metrics, ExecutionStore store) {
    return new PlannerMetrics.Watch(metrics, store);
  }

  @Bean
  EventHub eventHub(PlannerMetrics metrics) {
    return new EventHub(metrics::count);
  }

  @Bean
  ExecutionStore executionStore(
      JdbcClient jdbc,
      PlatformTransactionManager transactions,
      Outbox outbox,
      EventHub hub,
      ExecutionWatcher watcher,
      Clock clock) {
    return new ExecutionStore(
        jdbc, new TransactionTemplate(transactions), outbox, hub, watcher, clock);
  }

  @Bean
  SchemaController schemaController() {
    return new SchemaController();
  }

  @Bean
  ExecutionController executionController(
      Submissions submissions,
      Executions executions,
      ExecutionMachine machine,
      ExecutionStore store,
      Clock clock) {
    return new ExecutionController(submissions, executions, machine, store, clock);
  }

  @Bean
  BackgroundLoop deadlines(ExecutionStore store, ExecutionMachine machine, Clock clock) {
    Deadlines deadlines = new Deadlines(store, machine, clock);
    return new BackgroundLoop("deadlines", DEADLINES, deadlines::look);
  }

  @Bean
  Executions executions(
      Submissions submissions, ExecutionMachine machine, ExecutionStore store, Clock clock) {
    return new Executions(submissions, machine, store, clock);
  }

  @Bean
  EventStreamController eventStreamController(ExecutionStore store, EventHub hub) {
    return new EventStreamController(store, hub);
  }

  @Bean
  PlannerListener plannerListener(
      ExecutionMachine machine, ExecutionStore store, PlatformTransactionManager transactions) {
    return new PlannerListener(machine, store, new TransactionTemplate(transactions));
  }

  @Bean
  Consumer<Message<List<byte[]>>> stageEvents(PlannerListener listener, StreamBridge bridge) {
    return new BatchListener(bridge, listener::on);
  }

  @Bean
  Consumer<Message<List<byte[]>>> imageEvents(PlannerListener listener, StreamBridge bridge) {
    return new BatchListener(bridge, listener::on);
  }
}
