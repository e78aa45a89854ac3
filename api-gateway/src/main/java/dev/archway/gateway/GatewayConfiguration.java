package dev.archway.gateway;

import static org.springframework.web.servlet.function.RequestPredicates.path;

import dev.archway.web.BearerTokenFilter;
import dev.archway.web.ProblemConfiguration;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * api-gateway's beans. In one JVM with the other services their database library is visible here
 * too; the gateway has no database.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(
    excludeName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
@EnableConfigurationProperties(GatewayProperties.class)
@Import(ProblemConfiguration.class)
public class GatewayConfiguration {
  private static final BearerTokenFilter.Realm USERS =
      new BearerTokenFilter.Realm(
          "archway",
          "No valid token was shown (expected: header Authorization: Bearer <token>); ask the one who runs this server for a token.");

  @Bean
  FilterRegistrationBean<BearerTokenFilter> accessFilter(GatewayProperties properties) {
    FilterRegistrationBean<BearerTokenFilter> registration =
        new FilterRegistrationBean<>(
            new BearerTokenFilter(
                new AccessTokens(properties.tokensFile())::allow, USERS, Set.of("/")));
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 10);
    return registration;
  }

  @Bean
  FilterRegistrationBean<BodyLimitFilter> bodyLimitFilter(GatewayProperties properties) {
    FilterRegistrationBean<BodyLimitFilter> registration =
        new FilterRegistrationBean<>(new BodyLimitFilter(properties.bodyLimit()));
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 20);
    return registration;
  }

  @Bean
  FrontPage frontPage() {
    return new FrontPage();
  }

  @Bean
  RestClientCustomizer answersMayBeDropped() {
    return client ->
        client.requestInterceptor(
            (request, body, execution) -> new OpenEndedResponse(execution.execute(request, body)));
  }

  /** One bean, because the order matters: logs lie below the executions' path. */
  @Bean
  RouterFunction<ServerResponse> routes(
      GatewayProperties properties, @Value("${archway.service-token}") String serviceToken) {
    Backend planner =
        new Backend(
            "planner-service", properties.plannerUrl(), serviceToken, properties.retryAfter());
    Backend registry =
        new Backend(
            "registry-service", properties.registryUrl(), serviceToken, properties.retryAfter());
    Backend logs =
        new Backend("log-service", properties.logUrl(), serviceToken, properties.retryAfter());
    return logs.takes(path("/api/v1/executions/{id}/logs"))
        .and(registry.takes(path("/api/v1/images/**")))
        .and(
            planner.takes(
                path("/api/v1/executions/**")
                    .or(path("/api/v1/pipelines/**"))
                    .or(path("/api/v1/schema/**"))
                    .or(path("/api/v1/connectors/**"))
                    .or(path("/api/v1/secrets/**"))
                    .or(path("/api/v1/orgs/{org}/connectors/**"))
                    .or(path("/api/v1/orgs/{org}/secrets/**"))
                    .or(path("/api/v1/orgs/{org}/projects/{project}/connectors/**"))
                    .or(path("/api/v1/orgs/{org}/projects/{project}/secrets/**"))));
  }
}
