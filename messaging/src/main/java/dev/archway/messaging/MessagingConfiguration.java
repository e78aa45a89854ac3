package dev.archway.messaging;

import dev.archway.observability.ObservabilityConfiguration;
import java.time.Duration;
import org.springframework.cloud.stream.config.ListenerContainerCustomizer;
import org.springframework.cloud.stream.function.StreamBridge;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.kafka.listener.AbstractMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;

/** The bus and the consumers' threads; every service that speaks on the bus imports it. */
@Configuration(proxyBeanMethods = false)
@Import(ObservabilityConfiguration.class)
public class MessagingConfiguration {
  private static final Duration COMMIT_INTERVAL = Duration.ofSeconds(1);

  @Bean
  MessageBus messageBus(StreamBridge bridge) {
    return new StreamMessageBus(bridge);
  }

  /**
   * Consumers run on virtual threads: Spring Cloud Stream does not follow {@code
   * spring.threads.virtual.enabled}. They commit their offsets once a second and when they stop:
   * every consumer takes a record twice without harm, and a commit per record would be half of the
   * broker's work.
   */
  @Bean
  ListenerContainerCustomizer<AbstractMessageListenerContainer<?, ?>> consumers() {
    return (container, destination, group) -> {
      // Those of HeldRecords say themselves when a record may be committed.
      if (container.getContainerProperties().getAckMode() != ContainerProperties.AckMode.MANUAL) {
        container.getContainerProperties().setAckMode(ContainerProperties.AckMode.TIME);
        container.getContainerProperties().setAckTime(COMMIT_INTERVAL.toMillis());
      }
      SimpleAsyncTaskExecutor threads =
          new SimpleAsyncTaskExecutor(group + "-" + destination + "-");
      threads.setVirtualThreads(true);
      container.getContainerProperties().setListenerTaskExecutor(threads);
    };
  }
}
