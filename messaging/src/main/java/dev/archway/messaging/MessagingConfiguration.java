package dev.archway.messaging;

import org.springframework.cloud.stream.config.ListenerContainerCustomizer;
import org.springframework.cloud.stream.function.StreamBridge;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.kafka.listener.AbstractMessageListenerContainer;

/** The bus and the consumers' threads; every service that speaks on the bus imports it. */
@Configuration(proxyBeanMethods = false)
public class MessagingConfiguration {
  @Bean
  MessageBus messageBus(StreamBridge bridge) {
    return new StreamMessageBus(bridge);
  }

  /**
   * Consumers run on virtual threads: Spring Cloud Stream does not follow {@code
   * spring.threads.virtual.enabled}.
   */
  @Bean
  ListenerContainerCustomizer<AbstractMessageListenerContainer<?, ?>> consumersOnVirtualThreads() {
    return (container, destination, group) -> {
      SimpleAsyncTaskExecutor threads =
          new SimpleAsyncTaskExecutor(group + "-" + destination + "-");
      threads.setVirtualThreads(true);
      container.getContainerProperties().setListenerTaskExecutor(threads);
    };
  }
}
