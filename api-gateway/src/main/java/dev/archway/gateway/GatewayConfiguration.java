package dev.archway.gateway;

import dev.archway.gateway.access.AccessFilter;
import dev.archway.gateway.access.ApiDocument;
import dev.archway.gateway.access.Authenticator;
import dev.archway.gateway.access.ExecutionScopes;
import dev.archway.gateway.access.Operation;
import dev.archway.gateway.audit.AuditController;
import dev.archway.gateway.audit.AuditLog;
import dev.archway.gateway.oidc.OidcConfiguration;
import dev.archway.gateway.oidc.OidcProperties;
import dev.archway.gateway.session.SessionController;
import dev.archway.gateway.session.Sessions;
import dev.archway.gateway.token.ApiTokens;
import dev.archway.gateway.token.TokenController;
import dev.archway.gateway.token.TokenStore;
import dev.archway.gateway.webhook.WebhookConfiguration;
import dev.archway.web.ProblemConfiguration;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
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
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.client.RestClient;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/** api-gateway's beans. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableConfigurationProperties(GatewayProperties.class)
@Import({ProblemConfiguration.class, OidcConfiguration.class, WebhookConfiguration.class})
public class GatewayConfiguration {
  /** Beside the API's own paths. */
  private static final Set<String> OPEN =
      Set.of(
          "/",
          "/index.html",
          "/actuator/health",
          "/actuator/health/liveness",
          "/actuator/health/readiness");

  @Bean
  ApiDocument apiDocument() {
    return ApiDocument.load();
  }

  @Bean
  ExecutionScopes executionScopes(
      RestClient.Builder client,
      GatewayProperties properties,
      @Value("${archway.service-token}") String serviceToken) {
    return new PlannersExecutions(client, properties.plannerUrl(), serviceToken);
  }

  @Bean
  FilterRegistrationBean<AccessFilter> accessFilter(
      ApiDocument document,
      ExecutionScopes executions,
      ApiTokens tokens,
      Sessions sessions,
      Authenticator people,
      AuditLog audit,
      GatewayProperties properties) {
    FilterRegistrationBean<AccessFilter> registration =
        new FilterRegistrationBean<>(
            new AccessFilter(
                document,
                path -> OPEN.contains(path) || path.startsWith("/ui/"),
                Authenticator.firstOf(
                    List.of(
                        new FileTokens(new AccessTokens(properties.tokensFile())),
                        tokens,
                        sessions,
                        people)),
                executions,
                audit,
                new AccessFilter.Rates(
                    properties.requestsPerAddress(), properties.requestsPerCaller())));
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 10);
    return registration;
  }

  @Bean
  FilterRegistrationBean<SecurityHeadersFilter> securityHeadersFilter() {
    FilterRegistrationBean<SecurityHeadersFilter> registration =
        new FilterRegistrationBean<>(new SecurityHeadersFilter());
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
    return registration;
  }

  /** Before the check of the token, since a browser asks for permission without one. */
  @Bean
  FilterRegistrationBean<CorsFilter> corsFilter(GatewayProperties properties) {
    CorsConfiguration allowed = new CorsConfiguration();
    allowed.setAllowedOrigins(properties.corsOrigins());
    allowed.setAllowedMethods(List.of("GET", "HEAD", "POST", "PUT", "DELETE"));
    allowed.setAllowedHeaders(List.of("Authorization", "Content-Type", "Last-Event-ID"));
    allowed.setExposedHeaders(List.of("Link", "Location", "Retry-After"));
    allowed.setMaxAge(Duration.ofHours(1));
    UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
    source.registerCorsConfiguration("/api/**", allowed);
    FilterRegistrationBean<CorsFilter> registration =
        new FilterRegistrationBean<>(new CorsFilter(source));
    registration.setEnabled(!properties.corsOrigins().isEmpty());
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 5);
    return registration;
  }

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean
  TokenStore tokenStore(JdbcClient jdbc) {
    return new TokenStore(jdbc);
  }

  @Bean
  ApiTokens apiTokens(TokenStore store, Clock clock) {
    return new ApiTokens(store, clock);
  }

  @Bean
  TokenController tokenController(TokenStore store, ApiTokens tokens, Clock clock) {
    return new TokenController(store, tokens, clock);
  }

  @Bean
  AuditLog auditLog(JdbcClient jdbc, Clock clock) {
    return new AuditLog(jdbc, clock);
  }

  @Bean
  AuditController auditController(AuditLog audit) {
    return new AuditController(audit);
  }

  @Bean
  FilterRegistrationBean<BodyLimitFilter> bodyLimitFilter(GatewayProperties properties) {
    FilterRegistrationBean<BodyLimitFilter> registration =
        new FilterRegistrationBean<>(new BodyLimitFilter(properties.bodyLimit()));
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 20);
    return registration;
  }

  @Bean
  Sessions sessions(JdbcClient jdbc, Clock clock) {
    return new Sessions(jdbc, clock);
  }

  @Bean
  SessionController sessionController(Sessions sessions, OidcProperties oidc) {
    return new SessionController(sessions, oidc.issuer() != null);
  }

  @Bean
  RestClientCustomizer answersMayBeDropped(GatewayProperties properties) {
    return client ->
        client.requestInterceptor((request, body, execution) ->
            new OpenEndedResponse(
                AnswerTimeout.within(
                    properties.answerTimeout(), () -> execution.execute(request, body))));
  }

  @Bean
  AboutController aboutController(ApiDocument document) {
    return new AboutController(document);
  }

  @Bean
  RouterFunction<ServerResponse> routes(
      GatewayProperties properties, @Value("${archway.service-token}") String serviceToken) {
    Backends backends = new Backends(serviceToken, properties.retryAfter());
    return backends
        .route(Operation.Service.PLANNER, "planner-service", properties.plannerUrl())
        .and(
            backends.route(
                Operation.Service.REGISTRY, "registry-service", properties.registryUrl()))
        .and(backends.route(Operation.Service.LOGS, "log-service", properties.logUrl()));
  }

  private record Backends(String serviceToken, Duration retryAfter) {
    RouterFunction<ServerResponse> route(Operation.Service service, String name, URI url) {
      return new Backend(name, url, serviceToken, retryAfter)
          .takes(request ->
              Operation.of(request.servletRequest())
                  .filter(operation -> operation.service() == service)
                  .isPresent());
    }
  }
}
