package dev.archway.planner.trigger;

import dev.archway.connector.SecretSource;
import dev.archway.contract.event.GitEvent;
import dev.archway.messaging.BackgroundLoop;
import dev.archway.messaging.Envelopes;
import dev.archway.pipeline.Connectors;
import dev.archway.planner.pipelines.PipelineController;
import dev.archway.planner.pipelines.PipelineStore;
import dev.archway.planner.pipelines.StoredPipelines;
import dev.archway.planner.submission.Executions;
import dev.archway.planner.submission.GitRemote;
import dev.archway.planner.submission.Submissions;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.messaging.Message;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Stored pipelines, and what starts them. */
@Configuration(proxyBeanMethods = false)
public class TriggerConfiguration {
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration TIDY = Duration.ofHours(1);

  @Bean
  PipelineStore pipelineStore(JdbcClient jdbc, PlatformTransactionManager transactions) {
    return new PipelineStore(jdbc, new TransactionTemplate(transactions));
  }

  @Bean
  StoredPipelines storedPipelines(PipelineStore store) {
    return new StoredPipelines(store);
  }

  @Bean
  PipelineController pipelineController(
      PipelineStore store,
      StoredPipelines stored,
      Submissions submissions,
      Executions executions,
      Clock clock) {
    return new PipelineController(store, stored, submissions, executions, clock);
  }

  @Bean
  TriggerStore triggerStore(JdbcClient jdbc, PlatformTransactionManager transactions) {
    return new TriggerStore(jdbc, new TransactionTemplate(transactions));
  }

  @Bean
  Triggers triggers(
      TriggerStore store,
      StoredPipelines pipelines,
      Connectors connectors,
      GitRemote remote,
      Executions executions) {
    return new Triggers(
        store,
        pipelines,
        new RepositoryPipelines(remote),
        new ChangedFiles(remote),
        connectors,
        executions);
  }

  @Bean
  TriggerController triggerController(
      TriggerStore store, Triggers triggers, SecretSource secrets, Clock clock) {
    return new TriggerController(store, triggers, secrets::resolve, clock);
  }

  @Bean
  Schedules schedules(TriggerStore store, Triggers triggers, Clock clock) {
    return new Schedules(store, triggers, clock);
  }

  @Bean
  BackgroundLoop schedulesLoop(Schedules schedules) {
    return new BackgroundLoop("schedules", LOOK, schedules::look);
  }

  @Bean
  BackgroundLoop deliveriesLoop(Schedules schedules) {
    return new BackgroundLoop("deliveries", TIDY, schedules::tidy);
  }

  @Bean
  Consumer<Message<byte[]>> gitEvents(Triggers triggers) {
    return Envelopes.listener(envelope -> {
      if (!(envelope.data() instanceof GitEvent event)) {
        throw new IllegalArgumentException(
            "cannot trigger with %s (expected: a Git event)"
                .formatted(envelope.data().getClass().getSimpleName()));
      }
      triggers.on(event);
    });
  }
}
