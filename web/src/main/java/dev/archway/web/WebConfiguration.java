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
  @Bean
  FilterRegistrationBean<ServiceTokenFilter> serviceTokenFilter(
      @Value("${archway.service-token}") String serviceToken) {
    FilterRegistrationBean<ServiceTokenFilter> registration =
        new FilterRegistrationBean<>(new ServiceTokenFilter(serviceToken));
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 10);
    return registration;
  }
}
