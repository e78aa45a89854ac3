package dev.archway.registry;

import dev.archway.messaging.Envelopes;
import dev.archway.messaging.MessageBus;
import dev.archway.messaging.MessagingConfiguration;
import dev.archway.registry.http.ImageController;
import dev.archway.registry.image.ImageVerifier;
import dev.archway.registry.image.IndexPublisher;
import dev.archway.registry.image.RegistryAccess;
import dev.archway.registry.store.ImageRecords;
import dev.archway.web.WebConfiguration;
import java.net.http.HttpClient;
import java.time.Clock;
import java.util.function.Consumer;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.messaging.Message;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** registry-service's beans. A {@link SecretValues} comes from outside. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableConfigurationProperties(RegistryProperties.class)
@Import({WebConfiguration.class, MessagingConfiguration.class})
public class RegistryConfiguration {
  /** Redirects are followed by the registry client, which knows what may travel with them. */
  @Bean
  HttpClient registryHttp(RegistryProperties properties) {
    return HttpClient.newBuilder()
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(properties.connectTimeout())
        .build();
  }

  @Bean
  RegistryAccess registryAccess(
      HttpClient registryHttp, SecretValues secrets, RegistryProperties properties) {
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
  RegistryListener registryListener(RegistryAccess access, ImageRecords records, MessageBus bus) {
    return new RegistryListener(
        new ImageVerifier(access), new IndexPublisher(access), records, bus, Clock.systemUTC());
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
