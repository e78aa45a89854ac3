package dev.archway.planner.submission;

import dev.archway.connector.ConnectorProbe;
import dev.archway.connector.SecretSource;
import dev.archway.connector.egress.Egress;
import dev.archway.pipeline.Connectors;
import dev.archway.planner.settings.ConnectorStore;
import dev.archway.planner.settings.ConnectorTestController;
import org.apache.kafka.clients.admin.Admin;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.KafkaAdmin;

/** What checking a submission needs. */
@Configuration(proxyBeanMethods = false)
public class SubmissionConfiguration {
  @Bean
  ServedPlatforms servedPlatforms(KafkaAdmin kafka) {
    return new ServedPlatforms(Admin.create(kafka.getConfigurationProperties()));
  }

  @Bean
  GitRemote gitRemote(SecretSource secrets, Egress egress) {
    return new GitRemote(secrets::resolve, egress);
  }

  @Bean
  ConnectorTestController connectorTestController(
      ConnectorStore store, SecretSource secrets, Egress egress, GitRemote remote) {
    return new ConnectorTestController(store, new ConnectorProbe(egress, secrets::resolve), remote);
  }

  @Bean
  Submissions submissions(Connectors connectors, GitRemote remote, ServedPlatforms served) {
    return new Submissions(connectors, new CommitResolver(remote), served::serves);
  }
}
