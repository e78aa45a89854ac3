package dev.archway.planner.feedback;

import dev.archway.connector.SecretSource;
import dev.archway.messaging.BackgroundLoop;
import dev.archway.planner.store.ExecutionWatcher;
import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Telling outside. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(FeedbackProperties.class)
public class FeedbackConfiguration {
  private static final Duration LOOK = Duration.ofSeconds(1);

  @Bean
  FeedbackStore feedbackStore(JdbcClient jdbc) {
    return new FeedbackStore(jdbc);
  }

  @Bean
  ExecutionWatcher feedback(FeedbackStore store, Clock clock) {
    return (request, events) ->
        events.stream()
            .flatMap(event -> Messages.of(request, event).stream())
            .forEach(
                laned -> store.add(request.id(), laned.lane(), laned.message(), clock.instant()));
  }

  @Bean
  BackgroundLoop feedbackLoop(
      FeedbackStore store, FeedbackProperties properties, SecretSource secrets, Clock clock) {
    Sender sender =
        new OutsideSender(
            new HttpSender(properties.privateNetworks()),
            new Smtp(properties.mail(), secrets::resolve),
            secrets::resolve,
            properties.publicUrl());
    return new BackgroundLoop("feedback", LOOK, new FeedbackRelay(store, sender, clock)::look);
  }
}
