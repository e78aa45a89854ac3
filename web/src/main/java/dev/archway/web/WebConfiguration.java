package dev.archway.web;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;

/**
 * How a service behind the gateway speaks HTTP; such a service imports it. Needs property {@code
 * archway.service-token}.
 */
@Configuration(proxyBeanMethods = false)
@Import(ProblemConfiguration.class)
public class WebConfiguration {
  private static final BearerTokenFilter.Realm SERVICES =
      new BearerTokenFilter.Realm(
          "archway services",
          "This service answers its own installation only; call the gateway instead.");

  @Bean
  FilterRegistrationBean<BearerTokenFilter> serviceTokenFilter(
      @Value("${archway.service-token}") String serviceToken) {
    if (serviceToken.isBlank()) {
      throw new IllegalArgumentException(
          "cannot protect the service: archway.service-token is blank (expected: a long random text that all services share); set it");
    }
    FilterRegistrationBean<BearerTokenFilter> registration =
        new FilterRegistrationBean<>(
            new BearerTokenFilter(BearerToken.of(serviceToken)::sameAs, SERVICES, _ -> false));
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 10);
    return registration;
  }
}
