package dev.archway.messaging;

import java.time.Duration;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.cloud.stream.function.StreamBridge;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** For services whose records leave together with a database change. */
@Configuration(proxyBeanMethods = false)
public class OutboxConfiguration {
  private static final Duration SWEEP = Duration.ofSeconds(1);

  @Bean
  BackgroundLoop outboxRelay(
      JdbcClient jdbc, PlatformTransactionManager transactions, StreamBridge bridge) {
    OutboxRelay relay =
        new OutboxRelay(jdbc, new TransactionTemplate(transactions), new StreamMessageBus(bridge));
    return new BackgroundLoop("outbox-relay", SWEEP, relay::publish);
  }

  @Bean
  Outbox outbox(JdbcClient jdbc, @Qualifier("outboxRelay") BackgroundLoop relay) {
    return new Outbox(jdbc, relay::wake);
  }
}
