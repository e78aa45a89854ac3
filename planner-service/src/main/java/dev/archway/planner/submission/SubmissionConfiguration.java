package dev.archway.planner.submission;

import dev.archway.connector.SecretSource;
import dev.archway.connector.egress.Egress;
import dev.archway.pipeline.Connectors;
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
  Submissions submissions(Connectors connectors, GitRemote remote, ServedPlatforms served) {
    return new Submissions(connectors, new CommitResolver(remote), served::serves);
  }
}
