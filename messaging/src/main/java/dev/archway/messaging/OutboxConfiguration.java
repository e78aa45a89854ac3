package dev.archway.messaging;

import org.springframework.cloud.stream.function.StreamBridge;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** For services whose records leave together with a database change. */
@Configuration(proxyBeanMethods = false)
public class OutboxConfiguration {
  @Bean
  OutboxRelay outboxRelay(
      JdbcClient jdbc, PlatformTransactionManager transactions, StreamBridge bridge) {
    return new OutboxRelay(
        jdbc, new TransactionTemplate(transactions), new StreamMessageBus(bridge));
  }

  @Bean
  Outbox outbox(JdbcClient jdbc, OutboxRelay relay) {
    return new Outbox(jdbc, relay::wake);
  }
}
