package dev.archway.registry;

import dev.archway.connector.SealedSecrets;
import dev.archway.connector.SecretKeys;
import dev.archway.connector.SecretSource;
import dev.archway.connector.egress.Egress;
import dev.archway.connector.egress.EgressRules;
import dev.archway.contract.wire.Topics;
import dev.archway.messaging.Envelopes;
import dev.archway.messaging.MessageBus;
import dev.archway.messaging.MessagingConfiguration;
import dev.archway.messaging.TopicTable;
import dev.archway.observability.Traces;
import dev.archway.registry.http.ImageController;
import dev.archway.registry.image.ImageVerifier;
import dev.archway.registry.image.IndexPublisher;
import dev.archway.registry.image.RegistryAccess;
import dev.archway.registry.store.EarlierTags;
import dev.archway.registry.store.ImageRecords;
import dev.archway.web.WebConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Consumer;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.messaging.Message;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** registry-service's beans. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableConfigurationProperties(RegistryProperties.class)
@Import({WebConfiguration.class, MessagingConfiguration.class})
public class RegistryConfiguration {
  @Bean
  TopicTable storedSecrets(KafkaAdmin kafka) {
    return new TopicTable(kafka.getConfigurationProperties(), Topics.SECRETS);
  }

  @Bean
  SecretSource secretSource(
      @Value("${archway.secrets.directory}") Path directory,
      @Value("${archway.secrets.keys-file:}") String keys,
      TopicTable storedSecrets) {
    return new SecretSource(
        directory,
        System.getenv(),
        SealedSecrets.told(storedSecrets::last),
        new SecretKeys(Path.of(keys), System.getenv()));
  }

  @Bean
  Egress egress(
      @Value("${archway.egress.allow:}") String allow,
      @Value("${archway.egress.deny:}") String deny,
      @Value("${archway.egress.private-addresses:true}") boolean privateAddresses) {
    return new Egress(new EgressRules(allow, deny, privateAddresses));
  }

  /** Redirects are followed by the registry client, which knows what may travel with them. */
  @Bean
  HttpClient registryHttp(Egress egress, RegistryProperties properties) {
    return egress.http(HttpClient.newBuilder().connectTimeout(properties.connectTimeout()));
  }

  @Bean
  RegistryAccess registryAccess(
      HttpClient registryHttp, SecretSource secrets, RegistryProperties properties) {
    return new ConnectorAccess(registryHttp, secrets, properties.retryRules());
  }

  @Bean
  ImageRecords imageRecords(JdbcClient jdbc, PlatformTransactionManager transactions) {
    return new ImageRecords(jdbc, new TransactionTemplate(transactions));
  }

  @Bean
  ImageController imageController(ImageRecords records) {
    return new ImageController(records);
  }

  @Bean
  EarlierTags earlierTags(JdbcClient jdbc, PlatformTransactionManager transactions) {
    return new EarlierTags(jdbc, new TransactionTemplate(transactions));
  }

  @Bean
  RegistryListener registryListener(
      RegistryAccess access,
      ImageRecords records,
      EarlierTags earlier,
      MessageBus bus,
      Traces traces,
      MeterRegistry meters) {
    return new RegistryListener(
        new ImageVerifier(access),
        new IndexPublisher(access, earlier),
        records,
        bus,
        Clock.systemUTC(),
        traces,
        meters);
  }

  @Bean
  Consumer<Message<byte[]>> imageEvents(RegistryListener listener) {
    return Envelopes.listener(listener::onImageEvent);
  }

  @Bean
  Consumer<Message<byte[]>> imageCommands(RegistryListener listener) {
    return Envelopes.listener(listener::onImageCommand);
  }
}
