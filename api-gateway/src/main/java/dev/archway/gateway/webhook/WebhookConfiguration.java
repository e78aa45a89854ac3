package dev.archway.gateway.webhook;

import dev.archway.contract.api.WebhookKey;
import dev.archway.contract.event.GitEvent.TriggerKey;
import dev.archway.gateway.GatewayProperties;
import dev.archway.messaging.MessageBus;
import dev.archway.messaging.MessagingConfiguration;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;

/** The webhooks' beans. */
@Configuration(proxyBeanMethods = false)
@Import(MessagingConfiguration.class)
public class WebhookConfiguration {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  @Bean
  WebhookController webhookController(
      MessageBus bus,
      GatewayProperties properties,
      @Value("${archway.service-token}") String serviceToken) {
    JdkClientHttpRequestFactory http =
        new JdkClientHttpRequestFactory(HttpClient.newBuilder().connectTimeout(PATIENCE).build());
    http.setReadTimeout(PATIENCE);
    RestClient planner =
        RestClient.builder()
            .requestFactory(http)
            .baseUrl(properties.plannerUrl())
            .defaultHeaders(headers -> headers.setBearerAuth(serviceToken))
            .build();
    Clock clock = Clock.systemUTC();
    return new WebhookController(
        new WebhookKeys(trigger -> key(planner, trigger), clock), bus, clock);
  }

  private static Optional<WebhookKey> key(RestClient planner, TriggerKey trigger) {
    try {
      return Optional.ofNullable(
          planner
              .get()
              .uri(
                  "/internal/webhooks/{org}/{project}/{id}",
                  trigger.org(),
                  trigger.project(),
                  trigger.id())
              .retrieve()
              .body(WebhookKey.class));
    } catch (HttpClientErrorException.NotFound e) {
      return Optional.empty();
    }
  }
}
