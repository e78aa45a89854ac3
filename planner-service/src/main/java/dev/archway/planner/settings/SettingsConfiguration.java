package dev.archway.planner.settings;

import dev.archway.connector.ConnectorDirectory;
import dev.archway.connector.SecretKeys;
import dev.archway.connector.egress.Egress;
import dev.archway.connector.egress.EgressRules;
import dev.archway.contract.wire.Topics;
import dev.archway.messaging.Outbox;
import java.nio.file.Path;
import java.time.Clock;
import org.apache.kafka.clients.admin.NewTopic;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Connectors and secrets over the API. */
@Configuration(proxyBeanMethods = false)
public class SettingsConfiguration {
  private static final int PARTITIONS = 6;

  @Bean
  SecretKeys secretKeys(@Value("${archway.secrets.keys-file:}") String file) {
    return new SecretKeys(Path.of(file), System.getenv());
  }

  @Bean
  Egress egress(
      @Value("${archway.egress.allow:}") String allow,
      @Value("${archway.egress.deny:}") String deny,
      @Value("${archway.egress.private-addresses:true}") boolean privateAddresses) {
    return new Egress(new EgressRules(allow, deny, privateAddresses));
  }

  @Bean
  ConnectorStore connectorStore(JdbcClient jdbc, ConnectorDirectory directory) {
    return new ConnectorStore(jdbc, directory);
  }

  @Bean
  SecretStore secretStore(
      JdbcClient jdbc,
      PlatformTransactionManager transactions,
      Outbox outbox,
      SecretKeys keys,
      Clock clock) {
    return new SecretStore(jdbc, new TransactionTemplate(transactions), outbox, keys, clock);
  }

  @Bean
  ConnectorController connectorController(ConnectorStore store, Clock clock) {
    return new ConnectorController(store, clock);
  }

  @Bean
  SecretController secretController(SecretStore store) {
    return new SecretController(store);
  }

  /** Made here, because the first to write to it would make it without compaction. */
  @Bean
  NewTopic secretsTopic() {
    return TopicBuilder.name(Topics.SECRETS).partitions(PARTITIONS).compact().build();
  }

  @Bean
  ApplicationListener<ApplicationReadyEvent> secretsToldAgain(SecretStore store) {
    return _ -> store.tellAll();
  }
}
