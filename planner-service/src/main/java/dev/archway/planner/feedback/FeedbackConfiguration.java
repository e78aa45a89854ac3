package dev.archway.planner.feedback;

import dev.archway.connector.SecretSource;
import dev.archway.connector.egress.Egress;
import dev.archway.connector.egress.EgressRules;
import dev.archway.messaging.BackgroundLoop;
import dev.archway.planner.store.ExecutionWatcher;
import java.time.Clock;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
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

  /** For addresses that pipelines' authors choose: not inside, unless the settings say so. */
  @Bean(defaultCandidate = false)
  Egress authorsEgress(
      @Value("${archway.egress.allow:}") String allow,
      @Value("${archway.egress.deny:}") String deny,
      @Value("${archway.egress.private-addresses:true}") boolean privateAddresses,
      FeedbackProperties properties) {
    return new Egress(
        new EgressRules(allow, deny, privateAddresses && properties.privateNetworks()));
  }

  @Bean
  HttpSender httpSender(Egress egress, @Qualifier("authorsEgress") Egress authorsEgress) {
    return new HttpSender(egress, authorsEgress);
  }

  @Bean
  BackgroundLoop feedbackLoop(
      FeedbackStore store,
      HttpSender http,
      FeedbackProperties properties,
      SecretSource secrets,
      Clock clock) {
    Sender sender =
        new OutsideSender(
            http,
            new Smtp(properties.mail(), secrets::resolve),
            secrets::resolve,
            properties.publicUrl());
    return new BackgroundLoop("feedback", LOOK, new FeedbackRelay(store, sender, clock)::look);
  }
}
