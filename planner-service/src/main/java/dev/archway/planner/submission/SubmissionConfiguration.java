package dev.archway.planner.submission;

import dev.archway.connector.SecretSource;
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
  Submissions submissions(
      Connectors connectors, SecretSource secrets, ServedPlatforms served) {
    return new Submissions(
        connectors, new CommitResolver(secrets::resolve), served::serves);
  }
}
